"""`./holo bench tricks`: what each speed trick between socket and plan gains at the endpoint."""
