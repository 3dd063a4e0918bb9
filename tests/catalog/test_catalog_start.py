import subprocess
import sys
from pathlib import Path

from catalog_pages import page


def test_a_cached_catalog_is_loaded_without_the_parsers(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(page(keys="symptoms: [{error: 'a+'}]\n"))
    program = (
        "import sys; from pathlib import Path; from bugcatalog_ls.catalog.loader import Layer, load_catalog\n"
        "folder = Path(sys.argv[1])\n"
        "assert load_catalog([Layer('workspace', folder)], folder).entries\n"
        "print(*sorted({'markdown_it', 'yaml12', 're2', 'rapidfuzz'} & sys.modules.keys()))"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    runs = [
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() for _ in range(2)
    ]
    assert runs == ["markdown_it re2 yaml12", ""]
