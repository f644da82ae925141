//! Data sets by number: threads that can hand each other plain values alone find one this way.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::dataset::DataSet;
use crate::error::{Error, Result};

/// Holds no data set: examples are freed with the last of their users, whoever knows the number.
static TABLE: Mutex<Table> = Mutex::new(Table { next: 1, sets: BTreeMap::new() });

struct Table {
    /// Numbers are not used again.
    next: u64,
    sets: BTreeMap<u64, Weak<DataSet>>,
}

/// The number of a data set in this process, from 1; the same one whenever it is asked for.
#[must_use]
pub fn number(data: &Arc<DataSet>) -> u64 {
    let mut table = table();
    table.sets.retain(|_, set| set.strong_count() > 0);
    let held = table.sets.iter().find(|(_, set)| std::ptr::eq(set.as_ptr(), Arc::as_ptr(data)));
    if let Some((number, _)) = held {
        return *number;
    }
    let number = table.next;
    table.next += 1;
    table.sets.insert(number, Arc::downgrade(data));
    number
}

/// The data set of a number, which is then held here too.
///
/// # Errors
/// If no data set has the number, or none any more.
pub fn find(number: u64) -> Result<Arc<DataSet>> {
    let found = table().sets.get(&number).and_then(Weak::upgrade);
    found.ok_or_else(|| Error::new(format!("data set {number} is not there, or not any more")))
}

fn table() -> MutexGuard<'static, Table> {
    // It is whole whenever somebody else can see it.
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Inputs, Targets};

    fn data(label: u32) -> Arc<DataSet> {
        let targets = Targets::Labels { labels: vec![label], classes: 10 };
        Arc::new(DataSet::new(Inputs::U8(vec![1, 2]), 2, targets).unwrap())
    }

    #[test]
    fn another_thread_finds_the_very_same_examples_by_their_number() {
        let mine = data(3);
        let shared = number(&mine);
        let theirs = std::thread::spawn(move || find(shared).unwrap()).join().unwrap();
        assert!(Arc::ptr_eq(&mine, &theirs));
        assert!(std::ptr::eq(mine.hash(), theirs.hash()), "the hash is computed once");
    }

    #[test]
    fn a_set_keeps_its_number_and_no_two_share_one() {
        let (one, other) = (data(1), data(2));
        assert_eq!(number(&one), number(&one));
        assert_ne!(number(&one), number(&other));
    }

    #[test]
    fn the_examples_are_freed_with_the_last_holder_and_the_number_is_dead() {
        let mine = data(4);
        let shared = number(&mine);
        let theirs = find(shared).unwrap();
        drop(mine);
        assert_eq!(number(&theirs), shared);
        let gone = Arc::downgrade(&theirs);
        drop(theirs);
        assert_eq!(gone.strong_count(), 0);
        let error = find(shared).unwrap_err().to_string();
        assert_eq!(error, format!("data set {shared} is not there, or not any more"));
        assert_ne!(number(&data(5)), shared);
    }
}
