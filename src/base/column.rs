//! Types that are a column of the database.

/// Makes a type around another a column of that: `column!(Time(i64))`.
macro_rules! column {
    ($name:ident($inner:ty)) => {
        impl<D: sqlx::database::Database> sqlx::types::Type<D> for $name
        where
            $inner: sqlx::types::Type<D>,
        {
            fn type_info() -> D::TypeInfo {
                <$inner as sqlx::types::Type<D>>::type_info()
            }

            fn compatible(found: &D::TypeInfo) -> bool {
                <$inner as sqlx::types::Type<D>>::compatible(found)
            }
        }

        impl<'r, D: sqlx::database::Database> sqlx::decode::Decode<'r, D> for $name
        where
            $inner: sqlx::decode::Decode<'r, D>,
        {
            fn decode(value: D::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                Ok(Self(<$inner as sqlx::decode::Decode<'r, D>>::decode(value)?))
            }
        }

        impl<'q, D: sqlx::database::Database> sqlx::encode::Encode<'q, D> for $name
        where
            $inner: sqlx::encode::Encode<'q, D>,
        {
            fn encode_by_ref(
                &self,
                buffer: &mut D::ArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                sqlx::encode::Encode::<'q, D>::encode_by_ref(&self.0, buffer)
            }
        }
    };
}
pub(crate) use column;
