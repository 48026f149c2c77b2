//! Enums as columns of text: stored by the name that `strum` gives each variant.

/// Makes an enum with `strum::IntoStaticStr` and `strum::EnumString` a column of text. A name that no variant has is an
/// error of decoding. After `read`, the enum is only read: for one that keeps unknown names in a variant.
macro_rules! text {
    (read $column:ty) => {
        impl<D: sqlx::database::Database> sqlx::types::Type<D> for $column
        where
            str: sqlx::types::Type<D>,
        {
            fn type_info() -> D::TypeInfo {
                <str as sqlx::types::Type<D>>::type_info()
            }

            fn compatible(found: &D::TypeInfo) -> bool {
                <str as sqlx::types::Type<D>>::compatible(found)
            }
        }

        impl<'r, D: sqlx::database::Database> sqlx::decode::Decode<'r, D> for $column
        where
            &'r str: sqlx::decode::Decode<'r, D>,
        {
            fn decode(value: D::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                Ok(<&'r str as sqlx::decode::Decode<'r, D>>::decode(value)?.parse()?)
            }
        }
    };
    ($column:ty) => {
        text!(read $column);

        impl<'q, D: sqlx::database::Database> sqlx::encode::Encode<'q, D> for $column
        where
            &'q str: sqlx::encode::Encode<'q, D>,
        {
            fn encode_by_ref(
                &self,
                buffer: &mut D::ArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                sqlx::encode::Encode::<'q, D>::encode_by_ref(&<&'static str>::from(*self), buffer)
            }
        }
    };
}
pub(super) use text;
