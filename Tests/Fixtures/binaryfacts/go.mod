module binaryfacts

go 1.19
