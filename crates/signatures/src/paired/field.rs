//! Numbers modulo 2^255 - 19, two side by side, each in five limbs that count powers of 2^51. A limb is a floating point
//! number that is whole and has a sign. Called *reduced*, it is at most 2^50 + 2^12 in magnitude; sums have larger limbs, and
//! a product is exact as long as no product of two limbs exceeds 2^102. That holds for a reduced number times the sum of
//! three, so the type says how many were added up, and more isn't compiled.
//!
//! A product of two limbs is too long for one floating point number, and comes as two that are exact (Emmart, Zheng,
//! Weems: Faster modular exponentiation using double precision floating point arithmetic on the GPU, 2018): added to a
//! number so large that what is kept counts 2^51, and, by a second multiplication, what that rounding left out. Numbers are
//! then added as bits, since those of one exponent count like whole numbers.

use core::ops::{Add, Neg, Sub};

use super::encoding::{bytes_of_limbs, limbs_of_bytes};
use super::Lanes;

pub(super) const LIMB_BITS: u32 = 51;
pub(super) const LIMB_MASK: u64 = (1 << LIMB_BITS) - 1;

/// In the middle of the numbers whose last bit counts 2^51.
const HIGH: f64 = 3.0 * (1_u128 << 102) as f64;
/// In the middle of the numbers whose last bit counts 1.
const LOW: f64 = 3.0 * (1_u64 << 51) as f64;
/// The bits of 2^52, whose last counts 1.
const ONES: u64 = 0x4330_0000_0000_0000;

/// The sum of so many reduced numbers.
#[derive(Clone, Copy)]
pub(super) struct Field<const SUMMANDS: usize = 1>([Lanes; 5]);

impl Field {
    pub(super) fn zero() -> Self {
        Self::constant([0.0; 5])
    }

    pub(super) fn one() -> Self {
        Self::constant([1.0, 0.0, 0.0, 0.0, 0.0])
    }

    fn constant(limbs: [f64; 5]) -> Self {
        Self(limbs.map(Lanes::splat))
    }

    /// The curve's d, -121665/121666.
    pub(super) fn d() -> Self {
        Self::constant([
            929_955_233_495_222.0,
            466_365_720_129_213.0,
            -589_740_348_686_295.0,
            -217_950_738_957_124.0,
            -809_005_158_844_672.0,
        ])
    }

    pub(super) fn twice_d() -> Self {
        Self::constant([
            -391_889_346_694_823.0,
            932_731_440_258_427.0,
            1_072_319_116_312_658.0,
            -435_901_477_914_249.0,
            633_789_495_995_904.0,
        ])
    }

    pub(super) fn root_of_minus_one() -> Self {
        Self::constant([
            -533_094_393_274_192.0,
            234_908_883_556_510.0,
            -18_285_341_111_200.0,
            -134_597_186_663_265.0,
            765_476_049_583_134.0,
        ])
    }

    /// The numbers that are encoded little-endian; the last bit is left out. They may be 2^255 - 19 or more.
    pub(super) fn from_bytes(bytes: [&[u8; 32]; 2]) -> Self {
        let [first, second] = bytes.map(limbs_of_bytes);
        let at =
            |limb: fn(&[u64; 5]) -> u64| Lanes::new([limb(&first) as f64, limb(&second) as f64]);
        // Limbs without a sign are larger than reduced ones, but not than the sum of two.
        Field::<2>([
            at(|it| it[0]),
            at(|it| it[1]),
            at(|it| it[2]),
            at(|it| it[3]),
            at(|it| it[4]),
        ])
        .reduced()
    }

    pub(super) fn from_values([first, second]: [&[f64; 5]; 2]) -> Self {
        Self([
            Lanes::new([first[0], second[0]]),
            Lanes::new([first[1], second[1]]),
            Lanes::new([first[2], second[2]]),
            Lanes::new([first[3], second[3]]),
            Lanes::new([first[4], second[4]]),
        ])
    }

    /// The first number of one, the second of another.
    pub(super) fn first_and_second(first: &Self, second: &Self) -> Self {
        Self(each(first.0, second.0, Lanes::first_and_second))
    }

    /// Where a lane of `mask` is set the number of `set`, elsewhere that of `unset`.
    pub(super) fn select(mask: Lanes, set: &Self, unset: &Self) -> Self {
        Self(each(set.0, unset.0, |set, unset| mask.select(set, unset)))
    }

    /// The negative where a lane of `mask` is set.
    pub(super) fn negate_where(self, mask: Lanes) -> Self {
        let sign = mask.and(Lanes::splat(-0.0));
        Self(self.0.map(|limb| limb.xor(sign)))
    }

    /// The square, reduced.
    #[inline]
    pub(super) fn squared(&self) -> Self {
        let [a0, a1, a2, a3, a4] = self.0;
        let [d0, d1, d2, d3] = [a0 + a0, a1 + a1, a2 + a2, a3 + a3];
        let p4 = Products::of([(d0, a4), (d1, a3), (a2, a2)]);
        let p0 = Products::of([(a0, a0)]);
        let p5 = Products::of([(d1, a4), (d2, a3)]);
        let t0 = p0.low.plus_wrapped(p4.high.plus(p5.low));
        let p1 = Products::of([(d0, a1)]);
        let p6 = Products::of([(d2, a4), (a3, a3)]);
        let t1 = p1.low.plus(p0.high).plus_wrapped(p5.high.plus(p6.low));
        let p2 = Products::of([(d0, a2), (a1, a1)]);
        let p7 = Products::of([(d3, a4)]);
        let t2 = p2.low.plus(p1.high).plus_wrapped(p6.high.plus(p7.low));
        let p3 = Products::of([(d0, a3), (d1, a2)]);
        let p8 = Products::of([(a4, a4)]);
        let t3 = p3.low.plus(p2.high).plus_wrapped(p7.high.plus(p8.low));
        let t4 = p4.low.plus(p3.high).plus_wrapped(p8.high);
        Self::carried([t0, t1, t2, t3, t4])
    }

    /// Each sum's bits from the 51st on added to the next one, what is left taken as a number with a sign. The sums are
    /// below 2^59 in magnitude, the last below 2^58.
    #[inline]
    fn carried(sums: [Sum; 5]) -> Self {
        const BIAS: u64 = 1 << 60;
        const ROUNDING: u64 = 1 << (LIMB_BITS - 1);
        const CARRY_BIAS: u64 = BIAS >> LIMB_BITS;
        let positive = sums.map(|sum| {
            let offset = (BIAS + ROUNDING).wrapping_sub(sum.bias);
            sum.bits.add_bits(Lanes::splat_bits(offset))
        });
        let [r0, r1, r2, r3, r4] = positive.map(|bits| {
            bits.and(Lanes::splat_bits(LIMB_MASK))
                .or(Lanes::splat_bits(ONES))
        });
        let [c0, c1, c2, c3, c4] = positive.map(Lanes::shr_bits::<LIMB_BITS>);
        let without = |biases: u64| Lanes::splat(((1 << 52) + biases) as f64);
        let wrapped = c4.or(Lanes::splat_bits(ONES)) - without(CARRY_BIAS);
        let biases = without(ROUNDING + CARRY_BIAS);
        Self([
            wrapped.mul_add(Lanes::splat(19.0), r0 - without(ROUNDING)),
            r1.add_bits(c0) - biases,
            r2.add_bits(c1) - biases,
            r3.add_bits(c2) - biases,
            r4.add_bits(c3) - biases,
        ])
    }

    /// To the power of 2^count, times another. Not inlined: powers are made of a dozen of these.
    #[inline(never)]
    fn raised(&self, count: u32, factor: &Self) -> Self {
        (0..count)
            .fold(*self, |power, _| power.squared())
            .times(factor)
    }

    /// To the powers of 2^250 - 1 and of 11.
    fn common_powers(&self) -> (Self, Self) {
        let to_2 = self.squared();
        let to_9 = to_2.raised(2, self);
        let to_11 = to_9.raised(0, &to_2);
        let ones_5 = to_11.raised(1, &to_9);
        let ones_10 = ones_5.raised(5, &ones_5);
        let ones_20 = ones_10.raised(10, &ones_10);
        let ones_40 = ones_20.raised(20, &ones_20);
        let ones_50 = ones_40.raised(10, &ones_10);
        let ones_100 = ones_50.raised(50, &ones_50);
        let ones_200 = ones_100.raised(100, &ones_100);
        (ones_200.raised(50, &ones_50), to_11)
    }

    /// The inverse; 0 for 0.
    pub(super) fn inverse(&self) -> Self {
        let (ones_250, to_11) = self.common_powers();
        ones_250.raised(5, &to_11)
    }

    /// To the power of 2^252 - 3, which square roots are made of.
    pub(super) fn root_power(&self) -> Self {
        let (ones_250, _) = self.common_powers();
        ones_250.raised(2, self)
    }
}

impl<const SUMMANDS: usize> Field<SUMMANDS> {
    /// Each encoded little-endian, below 2^255 - 19.
    pub(super) fn to_bytes(self) -> [[u8; 32]; 2] {
        self.values().map(bytes_of_limbs)
    }

    /// The limbs of each.
    pub(super) fn values(self) -> [[f64; 5]; 2] {
        let limbs = self.0.map(Lanes::values);
        [limbs.map(|limb| limb[0]), limbs.map(|limb| limb[1])]
    }

    /// The same number, reduced.
    pub(super) fn reduced(self) -> Field {
        const { assert!(SUMMANDS < 8) }
        let rounding = Lanes::splat(HIGH);
        let carries = self.0.map(|limb| (limb + rounding) - rounding);
        let [c0, c1, c2, c3, c4] = carries;
        let [l0, l1, l2, l3, l4] = self.0;
        let unit = 1.0 / (1_u64 << LIMB_BITS) as f64;
        let carry = Lanes::splat(unit);
        Field([
            c4.mul_add(Lanes::splat(19.0 * unit), l0 - c0),
            c0.mul_add(carry, l1 - c1),
            c1.mul_add(carry, l2 - c2),
            c2.mul_add(carry, l3 - c3),
            c3.mul_add(carry, l4 - c4),
        ])
    }

    /// The product, reduced.
    #[inline]
    pub(super) fn times<const OTHERS: usize>(&self, other: &Field<OTHERS>) -> Field {
        const { assert!(SUMMANDS * OTHERS <= 3) }
        let [a0, a1, a2, a3, a4] = self.0;
        let [b0, b1, b2, b3, b4] = other.0;
        // In the order in which the fewest numbers wait for others.
        let p4 = Products::of([(a0, b4), (a1, b3), (a2, b2), (a3, b1), (a4, b0)]);
        let p0 = Products::of([(a0, b0)]);
        let p5 = Products::of([(a1, b4), (a2, b3), (a3, b2), (a4, b1)]);
        let t0 = p0.low.plus_wrapped(p4.high.plus(p5.low));
        let p1 = Products::of([(a0, b1), (a1, b0)]);
        let p6 = Products::of([(a2, b4), (a3, b3), (a4, b2)]);
        let t1 = p1.low.plus(p0.high).plus_wrapped(p5.high.plus(p6.low));
        let p2 = Products::of([(a0, b2), (a1, b1), (a2, b0)]);
        let p7 = Products::of([(a3, b4), (a4, b3)]);
        let t2 = p2.low.plus(p1.high).plus_wrapped(p6.high.plus(p7.low));
        let p3 = Products::of([(a0, b3), (a1, b2), (a2, b1), (a3, b0)]);
        let p8 = Products::of([(a4, b4)]);
        let t3 = p3.low.plus(p2.high).plus_wrapped(p7.high.plus(p8.low));
        let t4 = p4.low.plus(p3.high).plus_wrapped(p8.high);
        Field::carried([t0, t1, t2, t3, t4])
    }
}

fn each(
    [a0, a1, a2, a3, a4]: [Lanes; 5],
    [b0, b1, b2, b3, b4]: [Lanes; 5],
    operation: impl Fn(Lanes, Lanes) -> Lanes,
) -> [Lanes; 5] {
    [
        operation(a0, b0),
        operation(a1, b1),
        operation(a2, b2),
        operation(a3, b3),
        operation(a4, b4),
    ]
}

impl Add for Field {
    type Output = Field<2>;

    fn add(self, other: Self) -> Field<2> {
        Field(each(self.0, other.0, Lanes::add))
    }
}

impl Sub for Field {
    type Output = Field<2>;

    fn sub(self, other: Self) -> Field<2> {
        Field(each(self.0, other.0, Lanes::sub))
    }
}

impl Sub<Field> for Field<2> {
    type Output = Field<3>;

    fn sub(self, other: Field) -> Field<3> {
        Field(each(self.0, other.0, Lanes::sub))
    }
}

impl Neg for Field {
    type Output = Self;

    fn neg(self) -> Self {
        self.negate_where(Lanes::mask([true; 2]))
    }
}

/// A sum of bits that have an exponent: as a number, `bits` less `bias`.
#[derive(Clone, Copy)]
struct Sum {
    bits: Lanes,
    bias: u64,
}

impl Sum {
    fn plus(self, other: Self) -> Self {
        Self {
            bits: self.bits.add_bits(other.bits),
            bias: self.bias.wrapping_add(other.bias),
        }
    }

    /// Added to what counts 2^255 times as much: 19 times the other.
    fn plus_wrapped(self, other: Self) -> Self {
        self.plus(Self {
            bits: other.bits.mul_bits(19),
            bias: other.bias.wrapping_mul(19),
        })
    }
}

/// The sum of some products of two limbs: `low`, and 2^51 times `high`.
struct Products {
    low: Sum,
    high: Sum,
}

impl Products {
    #[inline]
    fn of<const COUNT: usize>(factors: [(Lanes, Lanes); COUNT]) -> Self {
        let none = Sum {
            bits: Lanes::splat_bits(0),
            bias: 0,
        };
        let (mut low, mut high) = (none, none);
        for (a, b) in factors {
            let rounded = a.mul_add(b, Lanes::splat(HIGH));
            let rest = a.mul_add(b, Lanes::splat(HIGH + LOW) - rounded);
            high = high.plus(Sum {
                bits: rounded,
                bias: HIGH.to_bits(),
            });
            low = low.plus(Sum {
                bits: rest,
                bias: LOW.to_bits(),
            });
        }
        Self { low, high }
    }
}

#[cfg(test)]
#[path = "field_tests.rs"]
mod tests;
