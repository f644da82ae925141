//! The lists of panel-sparse matrices, given by the Program, made of fields, or drawn.

use feedalign_kernels::{LANES, Lists, RowLists};

use crate::error::{Error, Result};
use crate::fields::Fields;
use crate::program::Structure;
use crate::random::Draws;

/// Which senders each panel of 16 receivers holds: a weight's rows and columns, or the columns
/// and rows of feedback, which is used transposed.
#[derive(Debug, PartialEq)]
pub struct Sparse {
    receivers: usize,
    starts: Box<[u32]>,
    senders: Box<[u32]>,
    by_sender: BySender,
}

#[derive(Debug, PartialEq)]
struct BySender {
    starts: Box<[u32]>,
    panels: Box<[u32]>,
    lines: Box<[u32]>,
}

/// 16 elements that a matrix holds: those of one sender to the receivers of one panel.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub sender: usize,
    /// The first of them.
    pub receiver: usize,
    /// 16, or fewer in the last panel.
    pub count: usize,
}

impl Sparse {
    /// `None` where the structure is dense.
    pub fn new(
        structure: &Structure,
        (senders, receivers): (usize, usize),
        seed: u64,
    ) -> Result<Option<Self>> {
        let panels = receivers.div_ceil(LANES);
        let lists = match structure {
            Structure::Dense | Structure::ElementDrawn { .. } => return Ok(None),
            Structure::PanelSparse { rows } => {
                check(rows, senders, panels)?;
                rows.clone()
            }
            Structure::PanelDrawn { density, stream, index } => {
                let count = share(*density, senders)?;
                let draws = Draws::new(seed, *stream, 0, *index);
                (0..panels).map(|panel| choose(&draws, panel, count, senders)).collect()
            }
            Structure::Local2d { below, layout, field } => {
                let fields = Fields::new(*below, *layout, *field)?;
                if (fields.senders(), fields.receivers()) != (senders, receivers) {
                    let layouts = format!("from {below:?} to {layout:?}");
                    let found = format!("its {senders} senders and {receivers} receivers");
                    return Err(Error::new(format!("{found} are no layouts {layouts}")));
                }
                (0..panels).map(|panel| fields.heard(panel)).collect()
            }
        };
        Ok(Some(Self::of(&lists, senders, receivers)))
    }

    fn of(lists: &[Vec<u32>], senders: usize, receivers: usize) -> Self {
        let mut starts = vec![0; lists.len() + 1];
        let mut by_sender = vec![vec![]; senders];
        for (panel, list) in lists.iter().enumerate() {
            for (line, sender) in (starts[panel]..).zip(list) {
                by_sender[*sender as usize].push((panel as u32, line));
            }
            starts[panel + 1] = starts[panel] + list.len() as u32;
        }
        let mut entries = vec![0; senders + 1];
        for (sender, held) in by_sender.iter().enumerate() {
            entries[sender + 1] = entries[sender] + held.len() as u32;
        }
        let (panels, lines): (Vec<_>, Vec<_>) = by_sender.into_iter().flatten().unzip();
        let (panels, lines) = (panels.into(), lines.into());
        let by_sender = BySender { starts: entries.into(), panels, lines };
        Self { receivers, starts: starts.into(), senders: lists.concat().into(), by_sender }
    }

    /// Of all panels.
    pub fn lines(&self) -> usize {
        self.senders.len()
    }

    pub fn line(&self, line: usize) -> Line {
        let panel = self.starts.partition_point(|start| *start as usize <= line) - 1;
        let receiver = panel * LANES;
        let count = LANES.min(self.receivers - receiver);
        Line { sender: self.senders[line] as usize, receiver, count }
    }

    /// Takes over lists of the same lengths; pointers to them stay.
    pub fn become_like(&mut self, other: &Self) {
        self.starts.copy_from_slice(&other.starts);
        self.senders.copy_from_slice(&other.senders);
        self.by_sender.starts.copy_from_slice(&other.by_sender.starts);
        self.by_sender.panels.copy_from_slice(&other.by_sender.panels);
        self.by_sender.lines.copy_from_slice(&other.by_sender.lines);
    }

    /// For the kernels; they live as long as this.
    pub fn lists(&self) -> Lists {
        Lists { starts: self.starts.as_ptr(), rows: self.senders.as_ptr() }
    }

    /// For the kernels; they live as long as this.
    pub fn row_lists(&self) -> RowLists {
        let BySender { starts, panels, lines } = &self.by_sender;
        let (starts, panels) = (starts.as_ptr(), panels.as_ptr());
        RowLists { starts, panels, lines: lines.as_ptr() }
    }
}

/// How many of the senders a share of them is.
pub fn share(density: f32, senders: usize) -> Result<usize> {
    if !(density > 0.0 && density <= 1.0) {
        return Err(Error::new(format!("density {density} is not above 0, at most 1")));
    }
    Ok(((f64::from(density) * senders as f64).round() as usize).max(1))
}

/// `count` of 0..senders, ascending, every set of them as likely as any other: each in turn is
/// taken with the chance that it has among those left. `draw` tells one choice from another.
pub fn choose(draws: &Draws, draw: usize, count: usize, senders: usize) -> Vec<u32> {
    let mut wanted = count as u64;
    let mut chosen = Vec::with_capacity(count);
    for sender in 0..senders {
        let left = (senders - sender) as u64;
        let word = u64::from(draws.word(draw * senders + sender));
        if (word * left) >> 32 < wanted {
            chosen.push(sender as u32);
            wanted -= 1;
        }
    }
    chosen
}

fn check(lists: &[Vec<u32>], senders: usize, panels: usize) -> Result<()> {
    if lists.len() != panels {
        let found = lists.len();
        return Err(Error::new(format!("{found} lists for {panels} panels of 16 receivers")));
    }
    for (panel, list) in lists.iter().enumerate() {
        let rises = list.is_sorted_by(|a, b| a < b);
        if !rises || list.last().is_some_and(|last| *last as usize >= senders) {
            let wanted = format!("ascending numbers below {senders}");
            return Err(Error::new(format!("the list of panel {panel} does not hold {wanted}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Stream;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    fn drawn(density: f32, shape: (usize, usize), seed: u64) -> Sparse {
        let structure = Structure::PanelDrawn { density, stream: Stream::Feedback, index: 3 };
        Sparse::new(&structure, shape, seed).unwrap().unwrap()
    }

    proptest! {
        #[test]
        fn every_panel_draws_its_share_of_the_senders(
            senders in 1..90usize, receivers in 1..90usize, density in 0.001..1f32, seed in 0..99u64,
        ) {
            let sparse = drawn(density, (senders, receivers), seed);
            let count = ((f64::from(density) * senders as f64).round() as usize).max(1);
            let panels = receivers.div_ceil(LANES);
            prop_assert_eq!(sparse.lines(), count * panels);
            let lists: Vec<_> = sparse.senders.chunks(count).map(<[u32]>::to_vec).collect();
            prop_assert!(check(&lists, senders, panels).is_ok());
        }

        #[test]
        fn both_views_of_the_lists_hold_the_same_lines(
            senders in 1..50usize, receivers in 1..50usize, density in 0.01..1f32,
        ) {
            let sparse = drawn(density, (senders, receivers), 1);
            let BySender { starts, panels, lines } = &sparse.by_sender;
            for sender in 0..senders {
                let entries = starts[sender] as usize..starts[sender + 1] as usize;
                prop_assert!(panels[entries.clone()].is_sorted_by(|a, b| a < b));
                for entry in entries {
                    let line = sparse.line(lines[entry] as usize);
                    prop_assert_eq!(line.sender, sender);
                    prop_assert_eq!(line.receiver, panels[entry] as usize * LANES);
                }
            }
            prop_assert_eq!(panels.len(), sparse.lines());
        }
    }

    #[test]
    fn every_sender_is_as_likely_as_any_other() {
        let mut heard = vec![0u32; 20];
        let sparse = drawn(0.25, (20, 16 * 4000), 1);
        sparse.senders.iter().for_each(|sender| heard[*sender as usize] += 1);
        // 1000 each, with a deviation of 27.
        assert!(heard.iter().all(|count| (850..1150).contains(count)), "{heard:?}");
    }

    #[test]
    fn lists_that_do_not_fit_are_refused_by_panel() {
        let refuse = |rows: &[&[u32]]| {
            let rows = rows.iter().map(|list| list.to_vec()).collect();
            Sparse::new(&Structure::PanelSparse { rows }, (5, 17), 1).unwrap_err().to_string()
        };
        assert_eq!(refuse(&[&[0]]), "1 lists for 2 panels of 16 receivers");
        let second = "the list of panel 1 does not hold ascending numbers below 5";
        assert_eq!(refuse(&[&[0], &[1, 1]]), second);
        assert_eq!(refuse(&[&[0], &[2, 5]]), second);
    }
}
