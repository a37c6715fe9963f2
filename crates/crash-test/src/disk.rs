//! The folder of a run, on a small file system of its own where one can be had.

use std::{
    fs::{self, File, Permissions},
    io::{ErrorKind, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// Room for a new cluster and its log several times over, and little enough to be filled at once.
const SIZE: &str = "size=768m,mode=755";

/// The folder of a run. All of it goes with this.
pub(crate) struct Disk {
    folder: TempDir,
    mounted: bool,
}

/// What fills the disk until this is dropped.
pub(crate) struct Ballast(PathBuf);

impl Disk {
    /// Makes the folder, which PostgreSQL can reach when it runs as another user.
    pub(crate) fn prepare() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        let mounted =
            silently(Command::new("mount").args(["-t", "tmpfs", "-o", SIZE, "tmpfs"]).arg(folder.path()));
        Ok(Self { folder, mounted })
    }

    /// Whether it is a file system of its own, which may be filled.
    pub(crate) fn can_be_filled(&self) -> bool {
        self.mounted
    }

    /// Where the data lies.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Takes what room there is.
    pub(crate) fn fill(&self) -> anyhow::Result<Ballast> {
        anyhow::ensure!(self.mounted, "the file system is not ours to fill");
        let path = self.folder.path().join("ballast");
        let mut file = File::create(&path)?;
        let ballast = Ballast(path);
        // Down to the last block: less would be found room for.
        for block in [1 << 20, 1 << 12] {
            let zeros = vec![0; block];
            loop {
                match file.write(&zeros) {
                    Ok(_) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(ballast)
    }
}

impl Drop for Ballast {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.mounted {
            // Lazily: a process that was killed may not have let go of it yet.
            let path: &Path = self.folder.path();
            silently(Command::new("umount").arg("--lazy").arg(path));
        }
    }
}

fn silently(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
