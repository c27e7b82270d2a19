"""What goes wrong on purpose: processes killed, partners away, strangers who try everything."""
