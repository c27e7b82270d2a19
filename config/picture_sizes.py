"""The edges in pixels at which pictures are shown, unless the environment names others."""

# A card at 110, 220, 440 and 880 pixels on screens of 1 to 3 pixels a point, then common thumbs.
CARD_SIZES = [110, 165, 220, 330, 440, 660, 880, 1320, 1760]
THUMB_SIZES = [16, 24, 32, 40, 48, 50, 64, 70, 72, 80, 90, 96, 100, 120, 128, 150, 160, 180, 192]
THUMB_SIZES += [200, 240, 250, 256, 300, 320, 350, 360, 384, 400, 480, 500, 512, 600, 630, 640, 720]
THUMB_SIZES += [750, 768, 800, 900, 960, 1000, 1024, 1080, 1200, 1280, 1440, 1500, 1600, 1920, 2048]
ALL = [*CARD_SIZES, *THUMB_SIZES]
