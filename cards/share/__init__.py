"""Cards as they are shared elsewhere: a picture of 1200 by 630 pixels, and a page for crawlers."""
