"""Labels for the desk's printer."""

from pathlib import Path

try:
    import qrcode
except ImportError:
    qrcode = None

LABELS = Path("labels")


def print_label(tracking_code: str, recipient: str) -> Path:
    image = qrcode.make(tracking_code)
    image.save(LABELS / f"{tracking_code}.png")
    label = LABELS / f"{tracking_code}.txt"
    label.write_text(f"{recipient}\n{tracking_code}\n")
    return label
