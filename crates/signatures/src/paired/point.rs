//! Points of edwards25519 (RFC 8032, section 5.1.4), two side by side. Coordinates are reduced. Sums and doubles are those of
//! Hisil, Wong, Carter, Dawson: Twisted Edwards curves revisited, 2008; they hold for any two points.

use core::ops::Neg;

use super::field::Field;
use super::Lanes;

/// What takes part in no sum: x/z and y/z.
#[derive(Clone, Copy)]
pub(super) struct Projective {
    x: Field,
    y: Field,
    z: Field,
}

/// x/z, y/z, and t = xy/z.
#[derive(Clone, Copy)]
pub(super) struct Extended {
    at: Projective,
    t: Field,
}

/// What is to be added to other points.
#[derive(Clone, Copy)]
pub(super) struct Cached {
    y_plus_x: Field,
    y_minus_x: Field,
    z: Field,
    t_times_2d: Field,
}

/// A result of which the coordinates are products: x = ef, y = gh, z = fg, t = eh.
pub(super) struct Factors<const F: usize> {
    e: Field,
    f: Field<F>,
    g: Field,
    h: Field<2>,
}

impl<const F: usize> Factors<F> {
    pub(super) fn projective(&self) -> Projective {
        Projective {
            x: self.f.times(&self.e),
            y: self.h.times(&self.g),
            z: self.f.times(&self.g),
        }
    }

    pub(super) fn extended(&self) -> Extended {
        Extended {
            at: self.projective(),
            t: self.h.times(&self.e),
        }
    }
}

impl Projective {
    pub(super) fn identity() -> Self {
        Self {
            x: Field::zero(),
            y: Field::one(),
            z: Field::one(),
        }
    }

    pub(super) fn doubled(&self) -> Factors<3> {
        let Self { x, y, z } = self;
        let (xx, yy, zz) = (x.squared(), y.squared(), z.squared());
        let g = (yy - xx).reduced();
        Factors {
            e: (*x + *x).times(y),
            f: (g - zz) - zz,
            g,
            h: -xx - yy,
        }
    }

    /// 2^count times as much.
    pub(super) fn doubled_times(self, count: u32) -> Factors<3> {
        (1..count).fold(self.doubled(), |factors, _| factors.projective().doubled())
    }
}

impl Extended {
    /// The points that are encoded, or the identity, and whether they are points. A y of 2^255 - 19 or more is taken modulo
    /// that, and an x of 0 has any sign, as Go's crypto/ed25519 does.
    pub(super) fn from_bytes(bytes: [&[u8; 32]; 2]) -> (Self, [bool; 2]) {
        let y = Field::from_bytes(bytes);
        let yy = y.squared();
        let u = (yy - Field::one()).reduced();
        let v = (yy.times(&Field::d()) + Field::one()).reduced();
        let vvv = v.squared().times(&v);
        let power = vvv.squared().times(&v).times(&u).root_power();
        let x = power.times(&vvv).times(&u);
        let vxx = x.squared().times(&v);
        let is_root = is_zero(vxx - u);
        let is_root_of_negative = is_zero(vxx + u);
        let x = Field::select(
            Lanes::mask(is_root),
            &x,
            &x.times(&Field::root_of_minus_one()),
        );
        let [first, second] = x.to_bytes();
        let differs = |x: [u8; 32], encoded: &[u8; 32]| (x[0] ^ encoded[31] >> 7) & 1 == 1;
        let x = x.negate_where(Lanes::mask([
            differs(first, bytes[0]),
            differs(second, bytes[1]),
        ]));
        let are_points = [
            is_root[0] || is_root_of_negative[0],
            is_root[1] || is_root_of_negative[1],
        ];
        let mask = Lanes::mask(are_points);
        let x = Field::select(mask, &x, &Field::zero());
        let y = Field::select(mask, &y, &Field::one());
        let at = Projective {
            x,
            y,
            z: Field::one(),
        };
        (Self { at, t: x.times(&y) }, are_points)
    }

    pub(super) fn identity() -> Self {
        Self {
            at: Projective::identity(),
            t: Field::zero(),
        }
    }

    pub(super) fn projective(&self) -> &Projective {
        &self.at
    }

    pub(super) fn plus(&self, other: &Cached) -> Factors<2> {
        let Projective { x, y, z } = self.at;
        let plus = (y + x).times(&other.y_plus_x);
        let minus = (y - x).times(&other.y_minus_x);
        let zz = (z + z).times(&other.z);
        let tt = self.t.times(&other.t_times_2d);
        Factors {
            e: (plus - minus).reduced(),
            f: zz - tt,
            g: (zz + tt).reduced(),
            h: plus + minus,
        }
    }

    pub(super) fn cached(&self) -> Cached {
        let Projective { x, y, z } = self.at;
        Cached {
            y_plus_x: (y + x).reduced(),
            y_minus_x: (y - x).reduced(),
            z,
            t_times_2d: self.t.times(&Field::twice_d()),
        }
    }

    /// The first point of one, the second of another.
    pub(super) fn first_and_second(first: &Self, second: &Self) -> Self {
        let field = |of: fn(&Self) -> &Field| Field::first_and_second(of(first), of(second));
        Self {
            at: Projective {
                x: field(|it| &it.at.x),
                y: field(|it| &it.at.y),
                z: field(|it| &it.at.z),
            },
            t: field(|it| &it.t),
        }
    }

    /// Each encoded: y, and the sign of x in the last bit. One inversion for all.
    pub(super) fn to_bytes(points: &[Self]) -> Vec<[[u8; 32]; 2]> {
        let mut product = Field::one();
        let before: Vec<Field> = points
            .iter()
            .map(|point| {
                let before = product;
                product = product.times(&point.at.z);
                before
            })
            .collect();
        let mut inverse = product.inverse();
        let mut encoded: Vec<_> = points
            .iter()
            .zip(before)
            .rev()
            .map(|(Self { at, .. }, before)| {
                let one_by_z = inverse.times(&before);
                inverse = inverse.times(&at.z);
                let x = at.x.times(&one_by_z).to_bytes();
                let mut y = at.y.times(&one_by_z).to_bytes();
                for (y, x) in y.iter_mut().zip(x) {
                    y[31] |= x[0] << 7;
                }
                y
            })
            .collect();
        encoded.reverse();
        encoded
    }
}

impl Neg for Extended {
    type Output = Self;

    fn neg(self) -> Self {
        Self {
            at: Projective {
                x: -self.at.x,
                ..self.at
            },
            t: -self.t,
        }
    }
}

impl Cached {
    pub(super) fn identity() -> Self {
        Self {
            y_plus_x: Field::one(),
            y_minus_x: Field::one(),
            z: Field::one(),
            t_times_2d: Field::zero(),
        }
    }

    /// The first point of one, the second of another.
    pub(super) fn first_and_second(first: &Self, second: &Self) -> Self {
        let field = |of: fn(&Self) -> &Field| Field::first_and_second(of(first), of(second));
        Self {
            y_plus_x: field(|it| &it.y_plus_x),
            y_minus_x: field(|it| &it.y_minus_x),
            z: field(|it| &it.z),
            t_times_2d: field(|it| &it.t_times_2d),
        }
    }

    /// The negative where a digit is.
    pub(super) fn with_signs(self, digits: [i32; 2]) -> Self {
        let negative = Lanes::mask(digits.map(|digit| digit < 0));
        Self {
            y_plus_x: Field::select(negative, &self.y_minus_x, &self.y_plus_x),
            y_minus_x: Field::select(negative, &self.y_plus_x, &self.y_minus_x),
            z: self.z,
            t_times_2d: self.t_times_2d.negate_where(negative),
        }
    }

    /// The limbs of each.
    pub(super) fn values(&self) -> [Values; 2] {
        let fields = [self.y_plus_x, self.y_minus_x, self.z, self.t_times_2d].map(Field::values);
        [fields.map(|field| field[0]), fields.map(|field| field[1])]
    }

    pub(super) fn from_values([first, second]: [&Values; 2]) -> Self {
        Self {
            y_plus_x: Field::from_values([&first[0], &second[0]]),
            y_minus_x: Field::from_values([&first[1], &second[1]]),
            z: Field::from_values([&first[2], &second[2]]),
            t_times_2d: Field::from_values([&first[3], &second[3]]),
        }
    }
}

/// One point as it is cached.
pub(super) type Values = [[f64; 5]; 4];

fn is_zero<const SUMMANDS: usize>(field: Field<SUMMANDS>) -> [bool; 2] {
    field.to_bytes().map(|bytes| bytes == [0; 32])
}
