module nodespan.example/parents

go 1.19
