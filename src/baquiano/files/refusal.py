"""The one way in which this room says no."""


class AttachmentRefused(Exception):
    """Shown to staff as it is written: what is wrong with the file and what to do. Never says its name or what is in it."""
