module propagation

go 1.19
