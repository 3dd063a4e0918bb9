"""The formats that findings are written in, a module each."""
