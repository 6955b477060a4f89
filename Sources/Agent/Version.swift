/// nodespan's own version, by semantic versioning.
package let nodespanVersion = "0.1.0"
