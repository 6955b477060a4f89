module tricks

go 1.19
