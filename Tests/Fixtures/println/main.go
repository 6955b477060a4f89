package main

func main() { println("no library in here") }
