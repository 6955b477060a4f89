print("nodespan")
