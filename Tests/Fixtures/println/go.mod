module println

go 1.19
