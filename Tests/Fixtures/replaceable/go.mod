module replaceable

go 1.19
