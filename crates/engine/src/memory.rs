//! Whether there is memory for what is about to be allocated. Linux promises more than it has and
//! kills who takes it at its word, so a refusal has to come before. What is as large as a tensor is
//! allocated here, where a refusal is an error and not the end of the process.

use std::alloc::{Layout, alloc_zeroed};
use std::ptr;

use crate::error::{Error, Result};

/// # Errors
/// If `bytes` are more than this process can get, as far as the system tells.
pub fn require(bytes: usize) -> Result<()> {
    match available() {
        Some(available) if bytes as u64 > available => Err(Error::new(format!(
            "needs {} MB of memory, of which {} MB are available",
            bytes / 1_000_000,
            available / 1_000_000
        ))),
        _ => Ok(()),
    }
}

/// Room for so many values.
///
/// # Errors
/// If memory is refused.
pub fn room<T>(len: usize) -> Result<Vec<T>> {
    let mut values = Vec::new();
    values.try_reserve_exact(len).map_err(|_| refused(len))?;
    Ok(values)
}

/// A copy of values that come from outside, after [`require`].
///
/// # Errors
/// If there is no memory for it.
pub fn copied<T: Copy>(values: &[T]) -> Result<Vec<T>> {
    require(size_of_val(values))?;
    let mut copy = room(values.len())?;
    copy.extend_from_slice(values);
    Ok(copy)
}

/// So many zeros, whose pages are not touched before somebody writes to them.
///
/// # Errors
/// If memory is refused.
pub fn zeros(len: usize) -> Result<Vec<f32>> {
    if len == 0 {
        return Ok(Vec::new());
    }
    let layout = Layout::array::<f32>(len).map_err(|_| refused(len))?;
    // SAFETY: the layout is not empty.
    let start = unsafe { alloc_zeroed(layout) };
    if start.is_null() {
        return Err(refused(len));
    }
    #[expect(clippy::cast_ptr_alignment, reason = "the layout is that of f32")]
    let values = ptr::slice_from_raw_parts_mut(start.cast::<f32>(), len);
    // SAFETY: allocated as a box of that many f32 is, and zeros are f32.
    Ok(unsafe { Box::from_raw(values) }.into_vec())
}

fn refused(len: usize) -> Error {
    Error::new(format!("no memory for {len} numbers"))
}

#[cfg(not(target_os = "linux"))]
fn available() -> Option<u64> {
    None
}

/// Bytes that can be had without swapping: the machine's, or the control group's where it has less.
#[cfg(target_os = "linux")]
fn available() -> Option<u64> {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let machine = read("/proc/meminfo").and_then(|text| machine(&text));
    let groups = read("/proc/self/cgroup").unwrap_or_default();
    let groups = groups.lines().filter_map(|line| group(line, &read));
    groups.chain(machine).min()
}

#[cfg(any(target_os = "linux", test))]
fn machine(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

/// What a control group and those around it leave, by its line in `/proc/self/cgroup`: of the
/// second version `0::/path`, of the first `4:memory:/path`.
#[cfg(any(target_os = "linux", test))]
fn group(line: &str, read: &dyn Fn(&str) -> Option<String>) -> Option<u64> {
    let mut parts = line.splitn(3, ':').skip(1);
    let (controllers, path) = (parts.next()?, parts.next()?);
    let (root, [limit, usage, cache]) = if controllers.is_empty() {
        ("/sys/fs/cgroup", ["memory.max", "memory.current", "inactive_file "])
    } else if controllers.split(',').any(|one| one == "memory") {
        let names = ["memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file "];
        ("/sys/fs/cgroup/memory", names)
    } else {
        return None;
    };
    let left = |path: &str| {
        let number = |file: &str| read(&format!("{root}{path}/{file}"))?.trim().parse().ok();
        let (limit, usage): (u64, u64) = (number(limit)?, number(usage)?);
        // Pages of files are given back when memory is wanted.
        let stat = read(&format!("{root}{path}/memory.stat")).unwrap_or_default();
        let cached = stat.lines().find_map(|line| line.strip_prefix(cache)?.trim().parse().ok());
        Some(limit.saturating_sub(usage.saturating_sub(cached.unwrap_or(0))))
    };
    // Within a container the path may be the host's, and only its root is mounted.
    std::iter::successors(Some(path.trim_end_matches('/')), |path| {
        path.rfind('/').map(|end| &path[..end])
    })
    .filter_map(left)
    .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_machine_has_is_read_in_kilobytes() {
        let text = "MemTotal:       100 kB\nMemAvailable:    42 kB\nBuffers:  1 kB\n";
        assert_eq!(machine(text), Some(42 * 1024));
        assert_eq!(machine("MemTotal: 100 kB\n"), None);
    }

    #[test]
    fn the_tightest_group_of_either_version_decides() {
        let second = |path: &str| {
            let text = match path {
                "/sys/fs/cgroup/a/b/memory.max" => "max",
                "/sys/fs/cgroup/a/memory.max" => "1000\n",
                "/sys/fs/cgroup/a/memory.current" | "/sys/fs/cgroup/a/b/memory.current" => "700\n",
                "/sys/fs/cgroup/a/memory.stat" => "anon 400\ninactive_file 100\n",
                _ => return None,
            };
            Some(text.to_owned())
        };
        assert_eq!(group("0::/a/b", &second), Some(400));
        let first = |path: &str| match path {
            "/sys/fs/cgroup/memory/memory.limit_in_bytes" => Some("500".to_owned()),
            "/sys/fs/cgroup/memory/memory.usage_in_bytes" => Some("600".to_owned()),
            _ => None,
        };
        assert_eq!(group("4:memory:/docker/x", &first), Some(0));
        assert_eq!(group("3:cpuset:/", &first), None);
        assert_eq!(group("nonsense", &first), None);
    }

    #[test]
    fn what_cannot_be_allocated_is_an_error_and_what_can_is_there() {
        for len in [usize::MAX, isize::MAX as usize / 4] {
            let message = format!("no memory for {len} numbers");
            assert_eq!(zeros(len).unwrap_err().to_string(), message);
            assert_eq!(room::<f32>(len).unwrap_err().to_string(), message);
        }
        assert_eq!(zeros(3).unwrap(), [0.0; 3]);
        assert!(zeros(0).unwrap().is_empty());
        assert_eq!(copied(&[1u8, 2]).unwrap(), [1, 2]);
    }

    #[test]
    fn more_than_any_machine_has_is_refused_with_both_numbers() {
        assert!(require(1).is_ok());
        if cfg!(target_os = "linux") {
            let error = require(usize::MAX / 2).expect_err("no such machine").to_string();
            assert!(error.contains("needs 9223372036854 MB of memory, of which"), "{error}");
        }
    }
}
