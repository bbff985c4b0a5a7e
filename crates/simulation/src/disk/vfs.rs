//! The file system that `SQLite` sees in this process: the disks of the simulation, and nothing of the real one.
#![expect(unsafe_code, reason = "SQLite calls a file system through pointers; this is the only place that answers")]

use super::{Disk, Fault, File};
use rusqlite::ffi;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::Path;
use std::rc::Rc;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

/// An open file as `SQLite` holds it: its own part first, then ours.
#[repr(C)]
struct Open {
    base: ffi::sqlite3_file,
    user: *mut User,
}

/// Whoever has a file open.
struct User {
    disk: Rc<Disk>,
    file: Rc<File>,
    id: u64,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// Makes this the file system of every database that this process opens from now on.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the default file system exists in every build of SQLite, its table of functions is plain data, and the
        // copy is leaked, so that it lives as long as the process.
        unsafe {
            let base = ffi::sqlite3_vfs_find(std::ptr::null());
            assert!(!base.is_null(), "SQLite has a file system");
            let mut vfs = *base;
            vfs.iVersion = 1;
            vfs.zName = c"simulation".as_ptr();
            vfs.pNext = std::ptr::null_mut();
            vfs.szOsFile = c_int::try_from(size_of::<Open>()).unwrap_or(c_int::MAX);
            vfs.xOpen = Some(open);
            vfs.xDelete = Some(delete);
            vfs.xAccess = Some(access);
            vfs.xFullPathname = Some(full_pathname);
            vfs.xSleep = Some(sleep);
            let code = ffi::sqlite3_vfs_register(Box::into_raw(Box::new(vfs)), 1);
            assert_eq!(code, ffi::SQLITE_OK, "SQLite takes a file system");
        }
    });
}

const fn code(fault: Fault, dead: c_int) -> c_int {
    match fault {
        Fault::Dead | Fault::Io => dead,
        Fault::Full => ffi::SQLITE_FULL,
    }
}

fn number(value: ffi::sqlite3_int64) -> usize {
    usize::try_from(value).unwrap_or(0)
}

fn length(value: c_int) -> usize {
    usize::try_from(value).unwrap_or(0)
}

/// SAFETY: `name` is a text that ends with 0, or null.
unsafe fn find(name: *const c_char) -> Option<(Rc<Disk>, String)> {
    if name.is_null() {
        return None;
    }
    // SAFETY: see above.
    let text = unsafe { CStr::from_ptr(name) };
    Disk::find(Path::new(text.to_str().ok()?))
}

/// SAFETY: `SQLite` passes what `open` has filled and `close` has not emptied.
unsafe fn user<'a>(file: *mut ffi::sqlite3_file) -> &'a mut User {
    // SAFETY: see above; one connection uses a file from one thread at a time.
    unsafe { &mut *(*file.cast::<Open>()).user }
}

unsafe extern "C" fn open(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    static USERS: AtomicU64 = AtomicU64::new(1);
    // SAFETY: SQLite gives room for one `Open`, a name that ends with 0, and a place for the flags or null.
    unsafe {
        (*file).pMethods = std::ptr::null();
        let Some((disk, name)) = find(name) else { return ffi::SQLITE_CANTOPEN };
        let found = match disk.open(&name, flags & ffi::SQLITE_OPEN_CREATE != 0) {
            Ok(Some(found)) => found,
            Ok(None) | Err(Fault::Dead | Fault::Io) => return ffi::SQLITE_CANTOPEN,
            Err(Fault::Full) => return ffi::SQLITE_FULL,
        };
        let id = USERS.fetch_add(1, Ordering::Relaxed);
        let open = file.cast::<Open>();
        (*open).user = Box::into_raw(Box::new(User { disk, file: found, id }));
        (*open).base.pMethods = &raw const METHODS;
        if !out_flags.is_null() {
            *out_flags = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_vfs: *mut ffi::sqlite3_vfs, name: *const c_char, _sync: c_int) -> c_int {
    // SAFETY: SQLite gives a name that ends with 0.
    let Some((disk, name)) = (unsafe { find(name) }) else { return ffi::SQLITE_IOERR_DELETE };
    match disk.delete(&name) {
        Ok(true) => ffi::SQLITE_OK,
        Ok(false) => ffi::SQLITE_IOERR_DELETE_NOENT,
        Err(fault) => code(fault, ffi::SQLITE_IOERR_DELETE),
    }
}

unsafe extern "C" fn access(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _flags: c_int,
    result: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives a name that ends with 0 and a place for the answer.
    unsafe { *result = c_int::from(find(name).is_some_and(|(disk, name)| disk.has(&name))) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    full: *mut c_char,
) -> c_int {
    // SAFETY: SQLite gives a name that ends with 0 and `room` bytes for the answer.
    unsafe {
        let bytes = CStr::from_ptr(name).to_bytes_with_nul();
        if bytes.len() > length(room) {
            return ffi::SQLITE_CANTOPEN;
        }
        std::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), full, bytes.len());
    }
    ffi::SQLITE_OK
}

/// Nothing in a simulation waits: whoever holds a lock can only give it back after the caller has returned.
const unsafe extern "C" fn sleep(_vfs: *mut ffi::sqlite3_vfs, micros: c_int) -> c_int {
    micros
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: `open` has made this box, and SQLite closes a file once.
    unsafe {
        let user = Box::from_raw((*file.cast::<Open>()).user);
        user.file.leave(user.id);
        (*file).pMethods = std::ptr::null();
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    into: *mut c_void,
    amount: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite gives `amount` bytes of room.
    let (user, into) = unsafe { (user(file), std::slice::from_raw_parts_mut(into.cast::<u8>(), length(amount))) };
    let Ok(count) = user.disk.read(&user.file, number(offset), into) else { return ffi::SQLITE_IOERR_READ };
    if count == into.len() {
        return ffi::SQLITE_OK;
    }
    into[count..].fill(0);
    ffi::SQLITE_IOERR_SHORT_READ
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    amount: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite gives `amount` bytes.
    let (user, bytes) = unsafe { (user(file), std::slice::from_raw_parts(from.cast::<u8>(), length(amount))) };
    match user.disk.write(&user.file, number(offset), bytes) {
        Ok(()) => ffi::SQLITE_OK,
        Err(fault) => code(fault, ffi::SQLITE_IOERR_WRITE),
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    // SAFETY: the file is open.
    let user = unsafe { user(file) };
    match user.disk.truncate(&user.file, number(size)) {
        Ok(()) => ffi::SQLITE_OK,
        Err(fault) => code(fault, ffi::SQLITE_IOERR_TRUNCATE),
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: the file is open.
    let user = unsafe { user(file) };
    match user.disk.sync(&user.file) {
        Ok(()) => ffi::SQLITE_OK,
        Err(fault) => code(fault, ffi::SQLITE_IOERR_FSYNC),
    }
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: the file is open, and SQLite gives a place for the answer.
    unsafe { *size = ffi::sqlite3_int64::try_from(user(file).file.len()).unwrap_or(ffi::sqlite3_int64::MAX) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: the file is open.
    let user = unsafe { user(file) };
    if user.file.lock(user.id, level) { ffi::SQLITE_OK } else { ffi::SQLITE_BUSY }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: the file is open.
    let user = unsafe { user(file) };
    user.file.unlock(user.id, level);
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, result: *mut c_int) -> c_int {
    // SAFETY: the file is open, and SQLite gives a place for the answer.
    unsafe { *result = c_int::from(user(file).file.is_reserved()) };
    ffi::SQLITE_OK
}

const unsafe extern "C" fn file_control(_file: *mut ffi::sqlite3_file, _what: c_int, _argument: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

const unsafe extern "C" fn sector_size(_file: *mut ffi::sqlite3_file) -> c_int {
    512
}

const unsafe extern "C" fn device_characteristics(_file: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    index: c_int,
    bytes: c_int,
    extend: c_int,
    region: *mut *mut c_void,
) -> c_int {
    // SAFETY: the file is open, and SQLite gives a place for the answer.
    unsafe {
        let user = user(file);
        let found = user.file.map(user.id, length(index), length(bytes), extend != 0);
        *region = found.map_or(std::ptr::null_mut(), <*mut u64>::cast);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, offset: c_int, count: c_int, flags: c_int) -> c_int {
    // SAFETY: the file is open.
    let user = unsafe { user(file) };
    let slots = length(offset)..length(offset) + length(count);
    let exclusive = flags & ffi::SQLITE_SHM_EXCLUSIVE != 0;
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        user.file.unlock_index(user.id, slots, exclusive);
        ffi::SQLITE_OK
    } else if user.file.lock_index(user.id, slots, exclusive) {
        ffi::SQLITE_OK
    } else {
        ffi::SQLITE_BUSY
    }
}

/// All users of a file live on one thread.
const unsafe extern "C" fn shm_barrier(_file: *mut ffi::sqlite3_file) {}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _delete: c_int) -> c_int {
    // SAFETY: the file is open.
    let user = unsafe { user(file) };
    user.file.unmap(user.id);
    ffi::SQLITE_OK
}
