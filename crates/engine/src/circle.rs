//! Sines and cosines that are the same everywhere.

/// Sine and cosine of an angle from −π to π, to 1e-14, in plain arithmetic: the standard library's
/// differ from system to system.
pub fn circle(angle: f64) -> (f64, f64) {
    let square = angle * angle;
    let (mut sine, mut cosine) = (1.0, 1.0);
    for pair in (1..=14).rev() {
        let n = f64::from(2 * pair);
        sine = 1.0 - sine * square / (n * (n + 1.0));
        cosine = 1.0 - cosine * square / (n * (n - 1.0));
    }
    (angle * sine, cosine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_and_cosine_agree_with_the_standard_librarys() {
        for tenth in -31..=31 {
            let angle = f64::from(tenth) / 10.0;
            let (sine, cosine) = circle(angle);
            assert!((sine - angle.sin()).abs() < 1e-14, "{angle}");
            assert!((cosine - angle.cos()).abs() < 1e-14, "{angle}");
        }
    }
}
