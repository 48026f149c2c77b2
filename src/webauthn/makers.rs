//! Names of common authenticators by model (AAGUID), for the name of a new passkey. Without attestation nobody vouches
//! for a model: it is a name, and never a reason.
//!
//! From the community's list, passkeydeveloper/passkey-authenticator-aaguids, of August 2026.

use uuid::Uuid;

/// Models and names, by model.
const NAMES: &[(u128, &str)] = &[
    (0x08987058_cadc_4b81_b6e1_30de50dcbe96, "Windows Hello"),
    (0x0ea242b4_43c4_4a1b_8b17_dd6d0b6baec6, "Keeper"),
    (0x2fc0579f_8113_47ea_b116_bb5a8db9202a, "YubiKey 5"),
    (0x45e3057e_b2f9_48ed_912f_9b901e153b16, "Uniqkey"),
    (0x50726f74_6f6e_5061_7373_50726f746f6e, "Proton Pass"),
    (0x531126d6_e717_415c_9320_3d9aa6981239, "Dashlane"),
    (0x53414d53_554e_4700_0000_000000000000, "Samsung Pass"),
    (0x6028b017_b1d4_4c02_b4b3_afcdafc96bb2, "Windows Hello"),
    (0x73bb0cd4_e502_49b8_9c6f_b59445bf720b, "YubiKey 5 FIPS"),
    (0x771b48fd_d3d4_4f74_9232_fc157ab0507a, "Edge on Mac"),
    (0x9ddd1817_af5a_4672_a2b9_3e3dd95000a9, "Windows Hello"),
    (0xa10c6dd9_465e_4226_8198_c7c44b91c555, "Kaspersky Password Manager"),
    (0xa11a5faa_9f32_4b8c_8c5d_2f7d13e8c942, "AliasVault"),
    (0xa4a2d88e_9796_4356_9164_e2a5a8bd019c, "Avast Password Manager"),
    (0xadce0002_35bc_c60a_648b_0b25f1f05503, "Chrome on Mac"),
    (0xb35a26b2_8f6e_4697_ab1d_d44db4da28c6, "Zoho Vault"),
    (0xb5397666_4885_aa6b_cebf_e52262a439a2, "Chromium Browser"),
    (0xb78a0a55_6ef8_d246_a042_ba0f6d55050c, "LastPass"),
    (0xb84e4048_15dc_4dd0_8640_f4f60813c8af, "NordPass"),
    (0xbada5566_a7aa_401f_bd96_45619a55120d, "1Password"),
    (0xc5ef55ff_ad9a_4b9f_b580_adebafe026d0, "YubiKey 5"),
    (0xcb69481e_8ff7_4039_93ec_0a2729a154a8, "YubiKey 5"),
    (0xd3452668_01fd_4c12_926c_83a4204853aa, "Microsoft Password Manager"),
    (0xd548826e_79b4_db40_a3d8_11116f7e8349, "Bitwarden"),
    (0xd9be9d39_e6a6_4c28_a581_32b044d986e4, "Sticky Password Manager"),
    (0xdd4ec289_e01d_41c9_bb89_70fa845d4bf2, "iCloud Keychain (Managed)"),
    (0xde503f9c_21a4_4f76_b4b7_558eb55c6f89, "Devolutions"),
    (0xea9b8d66_4d01_1d21_3ce4_b6b48cb575d4, "Google Password Manager"),
    (0xeaecdef2_1c31_5634_8639_f1cbd9c00a08, "KeePassDX"),
    (0xee882879_721c_4913_9775_3dfcce97072a, "YubiKey 5"),
    (0xf3809540_7f14_49c1_a8b3_8f813b225541, "Enpass"),
    (0xfa2b99dc_9e39_4257_8f92_4a30d23c4118, "YubiKey 5"),
    (0xfa37f553_f9b6_4adb_ac53_8bbb57ebdf0d, "Norton Password Manager"),
    (0xfbfc3007_154e_4ecc_8c0b_6e020557d7bd, "Apple Passwords"),
    (0xfdb141b2_5d84_443e_8a35_4698c205a502, "KeePassXC"),
];

/// Returns the name of a model.
pub fn suggested_name(aaguid: Uuid) -> Option<&'static str> {
    let found = NAMES.binary_search_by_key(&aaguid.as_u128(), |(model, _)| *model);
    found.ok().map(|at| NAMES[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_found_by_their_number() {
        assert!(NAMES.is_sorted_by(|one, next| one.0 < next.0));
        let named = |text: &str| suggested_name(text.parse().unwrap());
        assert_eq!(named("fbfc3007-154e-4ecc-8c0b-6e020557d7bd"), Some("Apple Passwords"));
        assert_eq!(named("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4"), Some("Google Password Manager"));
        assert_eq!(named("00000000-0000-0000-0000-000000000000"), None);
    }
}
