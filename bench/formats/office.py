"""The other programs: LibreOffice, pandoc, and a virtual environment with Python's office libraries, kept in the cache folder."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

LIBRARIES = ["python-docx==1.1.2", "python-pptx==1.0.2", "openpyxl==3.1.5", "odfpy==1.4.1", "ebooklib==0.18", "pillow==11.0.0", "periodictable==1.7.1", "vega_datasets==0.9.0"]


def use_libraries():
    """Runs this program again in the virtual environment, which is made when it is not there."""
    cache = pathlib.Path(os.environ.get("PANDUAN_CACHE", pathlib.Path.home() / ".cache" / "panduan")) / "compare-formats"
    python = cache / "bin" / "python"
    wanted = "\n".join(LIBRARIES)
    mark = cache / "libraries"
    if not mark.exists() or mark.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", str(cache)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *LIBRARIES], check=True)
        mark.write_text(wanted)
    if pathlib.Path(sys.prefix).resolve() != cache.resolve():
        os.execv(python, [str(python), *sys.argv])


def convert(source, wanted, target, reads_as=""):
    """By LibreOffice, which a profile of its own keeps apart from one that runs. What was kept of an earlier run and is newer is taken as it is."""
    if is_newer(target, source):
        return
    with tempfile.TemporaryDirectory() as folder:
        command = ["soffice", "--headless", f"-env:UserInstallation=file://{profile()}", "--convert-to", wanted, "--outdir", folder]
        if reads_as:
            command.append(f"--infilter={reads_as}")
        ran = subprocess.run([*command, str(source)], capture_output=True, text=True, timeout=600)
        made = list(pathlib.Path(folder).iterdir())
        if len(made) != 1:
            raise RuntimeError(f"LibreOffice made no {wanted} of {source}: {ran.stderr or ran.stdout}")
        shutil.move(made[0], target)


def is_newer(target, source):
    return pathlib.Path(target).exists() and pathlib.Path(target).stat().st_mtime_ns > pathlib.Path(source).stat().st_mtime_ns


def write(path, data):
    """Leaves a file alone that holds just that."""
    path = pathlib.Path(path)
    if not path.exists() or path.read_bytes() != data:
        path.write_bytes(data)


_profile = None


def profile():
    global _profile
    if _profile is None:
        _profile = tempfile.TemporaryDirectory(prefix="compare-formats-profile-")
    return _profile.name


def pandoc(source, writes, target, *more):
    if is_newer(target, source):
        return
    subprocess.run(["pandoc", "--from", "html", "--to", writes, "--wrap=auto", "--standalone", "-o", str(target), str(source), *more], check=True, stderr=subprocess.DEVNULL)
