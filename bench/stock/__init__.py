"""What a capable team builds in a day with Django REST framework: the yardstick."""
