//! The plain files of a desk on a disk of the simulation.

use super::{Disk, Fault, File};
use std::io;
use std::path::Path;
use std::rc::Rc;
use yuyue_desk::files::Files;

/// Finds the disk by the folder of each path, on the thread that mounted it.
#[derive(Debug, Default, Clone, Copy)]
pub struct DiskFiles;

fn find(path: &Path) -> io::Result<(Rc<Disk>, String)> {
    Disk::find(path).ok_or_else(|| io::ErrorKind::NotFound.into())
}

fn failed(fault: Fault) -> io::Error {
    match fault {
        Fault::Dead | Fault::Io => io::Error::other("the disk failed"),
        Fault::Full => io::ErrorKind::StorageFull.into(),
    }
}

impl DiskFiles {
    fn open(path: &Path, create: bool) -> io::Result<Option<(Rc<Disk>, Rc<File>)>> {
        let (disk, name) = find(path)?;
        let file = disk.open(&name, create).map_err(failed)?;
        Ok(file.map(|file| (disk, file)))
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let Some((disk, file)) = Self::open(path, false)? else { return Ok(None) };
        let mut bytes = vec![0; file.len()];
        disk.read(&file, 0, &mut bytes).map_err(failed)?;
        Ok(Some(bytes))
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        Ok(Self::open(path, false)?.is_some())
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let Some((disk, file)) = Self::open(path, true)? else { return Err(io::ErrorKind::NotFound.into()) };
        disk.write(&file, file.len(), bytes).and_then(|()| disk.sync(&file)).map_err(failed)
    }

    fn truncate(&self, path: &Path, length_bytes: u64) -> io::Result<()> {
        let Some((disk, file)) = Self::open(path, false)? else { return Err(io::ErrorKind::NotFound.into()) };
        let length = usize::try_from(length_bytes).unwrap_or(usize::MAX);
        disk.truncate(&file, length).and_then(|()| disk.sync(&file)).map_err(failed)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let ((disk, from), (_, to)) = (find(from)?, find(to)?);
        if disk.rename(&from, &to).map_err(failed)? { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn delete(&self, path: &Path) -> io::Result<()> {
        let (disk, name) = find(path)?;
        disk.delete(&name).map(drop).map_err(failed)
    }
}
