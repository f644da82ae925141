//! Where the patches of a convolution or a pooling lie.

use crate::error::{Error, Result};
use crate::program::Patches;

/// Sizes of [`Patches`], down and across.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub input: [usize; 2],
    pub channels: usize,
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    pub padding: [usize; 2],
    pub output: [usize; 2],
}

impl Window {
    pub fn new(patches: &Patches) -> Result<Self> {
        let pair = |(down, across): (u32, u32)| [down as usize, across as usize];
        let input = pair((patches.height, patches.width));
        let (kernel, stride) = (pair(patches.kernel), pair(patches.stride));
        let padding = pair(patches.padding);
        let mut output = [0; 2];
        for axis in 0..2 {
            let room = input[axis] + 2 * padding[axis];
            if !(1..=room).contains(&kernel[axis]) || input[axis] == 0 {
                let found = format!("a kernel of {kernel:?} does not fit into {input:?}");
                return Err(Error::new(format!("{found} with padding {padding:?}")));
            }
            if stride[axis] == 0 || padding[axis] >= kernel[axis] || patches.channels == 0 {
                return Err(Error::new(format!(
                    "stride {stride:?} and channels must be at least 1, padding {padding:?} below \
                     the kernel"
                )));
            }
            output[axis] = (room - kernel[axis]) / stride[axis] + 1;
        }
        let channels = patches.channels as usize;
        Ok(Self { input, channels, kernel, stride, padding, output })
    }

    /// Values of the input.
    pub fn inputs(&self) -> usize {
        self.input[0] * self.input[1] * self.channels
    }

    /// Places of the output.
    pub fn positions(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// Places of a patch.
    pub fn places(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// Where in the input a place of a position's patch starts, its channels after it; none in the
    /// padding.
    pub fn source(&self, position: usize, place: usize) -> Option<usize> {
        let (out, at) = (self.output[1], self.kernel[1]);
        let down = position / out * self.stride[0] + place / at;
        let across = position % out * self.stride[1] + place % at;
        let down = down.checked_sub(self.padding[0]).filter(|y| *y < self.input[0])?;
        let across = across.checked_sub(self.padding[1]).filter(|x| *x < self.input[1])?;
        Some((down * self.input[1] + across) * self.channels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patches(input: (u32, u32), kernel: u32, stride: u32, padding: u32) -> Patches {
        let (height, width) = input;
        let (kernel, stride) = ((kernel, kernel), (stride, stride));
        Patches { height, width, channels: 2, kernel, stride, padding: (padding, padding) }
    }

    #[test]
    fn a_place_of_a_patch_is_found_unless_it_is_padding() {
        let window = Window::new(&patches((4, 5), 3, 2, 1)).unwrap();
        assert_eq!((window.output, window.positions()), ([2, 3], 6));
        // The patch of the first position starts a line and a column outside.
        assert_eq!(window.source(0, 0), None);
        assert_eq!(window.source(0, 4), Some(0));
        assert_eq!(window.source(0, 5), Some(2));
        // Position (1, 2) covers lines 1 to 3 and columns 3 to 5.
        assert_eq!(window.source(5, 0), Some((5 + 3) * 2));
        assert_eq!(window.source(5, 2), None);
    }

    #[test]
    fn what_leaves_nothing_or_does_not_fit_is_refused() {
        let refuse = |patches| Window::new(&patches).unwrap_err().to_string();
        let message = refuse(patches((4, 5), 5, 1, 0));
        assert_eq!(message, "a kernel of [5, 5] does not fit into [4, 5] with padding [0, 0]");
        assert!(refuse(patches((4, 5), 0, 1, 0)).contains("kernel of [0, 0]"));
        assert!(refuse(patches((4, 5), 2, 0, 0)).contains("stride [0, 0]"));
        assert!(refuse(patches((4, 5), 2, 1, 2)).contains("padding [2, 2] below"));
    }
}
