@testable import Workloads

/// The guide of 2023 that nodespan replaces, as the API server gives its objects: the Instrumentation word for word,
/// and a pod of its Deployment, whose second container is gone.
enum Seed {
    static let instrumentation = """
        {"apiVersion":"opentelemetry.io/v1alpha1","kind":"Instrumentation",
         "metadata":{"name":"insight-opentelemetry-autoinstrumentation","namespace":"insight-system","uid":"c0ffee",
          "resourceVersion":"4711","generation":1,
          "managedFields":[{"manager":"kubectl","operation":"Update","fieldsV1":{"f:spec":{".":{}}}}]},
         "spec":{"resource":{"addK8sUIDAttributes":true},
          "env":[{"name":"OTEL_EXPORTER_OTLP_ENDPOINT",
           "value":"http://insight-agent-opentelemetry-collector.insight-system.svc.cluster.local:4317"}],
          "sampler":{"type":"always_on"},
          "java":{"image":"ghcr.m.daocloud.io/open-telemetry/opentelemetry-operator/autoinstrumentation-java:1.17.0",
           "env":[{"name":"OTEL_JAVAAGENT_DEBUG","value":"false"},
            {"name":"OTEL_INSTRUMENTATION_JDBC_ENABLED","value":"true"},
            {"name":"SPLUNK_PROFILER_ENABLED","value":"false"}]},
          "nodejs":{"image":"ghcr.m.daocloud.io/open-telemetry/opentelemetry-operator/autoinstrumentation-nodejs:0.31.0"},
          "python":{"image":"ghcr.m.daocloud.io/open-telemetry/opentelemetry-operator/autoinstrumentation-python:0.34b0"},
          "dotnet":{"image":
           "ghcr.m.daocloud.io/open-telemetry/opentelemetry-operator/autoinstrumentation-dotnet:0.3.1-beta.1"}}}
        """

    static let pod = """
        {"apiVersion":"v1","kind":"Pod",
         "metadata":{"name":"voting-7d9c5b6f4-x2x9z","generateName":"voting-7d9c5b6f4-","namespace":"emojivoto",
          "uid":"9f2c7d0e-4a1b-4c3d-8e5f-0123456789ab","resourceVersion":"4712",
          "labels":{"app":"voting-svc","version":"v11","pod-template-hash":"7d9c5b6f4"},
          "annotations":{"instrumentation.opentelemetry.io/inject-sdk":
           "insight-system/insight-opentelemetry-autoinstrumentation"},
          "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"voting-7d9c5b6f4",
           "uid":"7d9c5b6f-0000-0000-0000-000000000001","controller":true,"blockOwnerDeletion":true}]},
         "spec":{"nodeName":"node-7","serviceAccountName":"default","containers":[{"name":"voting-svc",
           "image":"docker.l5d.io/buoyantio/emojivoto-voting-svc:v11","command":["/usr/local/bin/emojivoto-voting-svc"],
           "env":[{"name":"GRPC_PORT","value":"8080"},{"name":"PROM_PORT","value":"8801"}],
           "ports":[{"containerPort":8080,"name":"grpc"},{"containerPort":8801,"name":"prom"}],
           "resources":{"requests":{"cpu":"100m"}}}],
          "volumes":[{"name":"kube-api-access","projected":{"sources":[]}}]},
         "status":{"phase":"Running","hostIP":"10.0.0.7","podIP":"10.244.1.5","podIPs":[{"ip":"10.244.1.5"}],
          "containerStatuses":[{"name":"voting-svc","ready":true,"restartCount":0,
           "containerID":"containerd://0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
           "image":"docker.l5d.io/buoyantio/emojivoto-voting-svc:v11","state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}}}]}}
        """
}
