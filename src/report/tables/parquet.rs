//! The tables as Parquet, one file each, for DuckDB, Spark, pandas and warehouses.
//!
//! The same report gives the same bytes. Counts are exact integers; shares, scores and weights are doubles that print as
//! JSON prints them; a moment is in UTC.

use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::Result;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::TypePtr;
use serde_bytes::ByteBuf;

use super::{ALL, Cell, Column, Kind, Table};
use crate::report::Report;

/// Rows that are held in memory before they are written, and read at once by whoever reads them.
const ROWS: usize = 65_536;

/// The files, each with its name.
pub fn render(report: &Report) -> Vec<(String, ByteBuf)> {
    let file = |table: &&Table| {
        // Plain data into memory: there is nothing that could fail, and an empty file is none that could be believed.
        let bytes = written(table, report, ROWS).unwrap_or_default();
        (format!("{}.parquet", table.name), ByteBuf::from(bytes))
    };
    ALL.iter().map(file).collect()
}

/// A table as a file, in groups of at most so many rows.
fn written(table: &Table, report: &Report, most: usize) -> Result<Vec<u8>> {
    let properties = WriterProperties::builder()
        .set_created_by(format!("quality version {}", report.matter.tool_version))
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .build();
    let mut file = SerializedFileWriter::new(Vec::new(), schema(table)?, Arc::new(properties))?;
    let mut columns: Vec<Values> = table.columns.iter().map(Values::new).collect();
    let (mut rows, mut outcome) = (0, Ok(()));
    (table.rows)(report, &mut |cells| {
        for (values, cell) in columns.iter_mut().zip(cells) {
            values.push(*cell);
        }
        rows += 1;
        if rows == most && outcome.is_ok() {
            outcome = group(&mut file, &mut columns);
            rows = 0;
        }
    });
    outcome?;
    if rows > 0 {
        group(&mut file, &mut columns)?;
    }
    file.into_inner()
}

/// The schema of a table, from its description in the language of the format.
fn schema(table: &Table) -> Result<TypePtr> {
    let mut text = format!("message {} {{\n", table.name);
    for column in table.columns {
        let presence = match column.always {
            true => "REQUIRED",
            false => "OPTIONAL",
        };
        let (kind, meaning) = match column.kind {
            Kind::Text => ("BYTE_ARRAY", " (STRING)"),
            Kind::Count => ("INT64", ""),
            Kind::Decimal => ("DOUBLE", ""),
            Kind::Flag => ("BOOLEAN", ""),
            Kind::Moment => ("INT64", " (TIMESTAMP(MICROS,true))"),
        };
        text.push_str(&format!("{presence} {kind} {}{meaning};\n", column.name));
    }
    text.push('}');
    parse_message_type(&text).map(Arc::new)
}

/// Writes the rows held in memory, and forgets them.
fn group(file: &mut SerializedFileWriter<Vec<u8>>, columns: &mut [Values]) -> Result<()> {
    let mut group = file.next_row_group()?;
    for values in columns {
        if let Some(mut column) = group.next_column()? {
            values.write(&mut column)?;
            column.close()?;
        }
        values.clear();
    }
    group.close()?;
    Ok(())
}

/// The values of a column that are held in memory.
struct Values {
    held: Held,
    /// For each row 1 where there is a value; none where there always is.
    present: Option<Vec<i16>>,
}

enum Held {
    Text(Vec<ByteArray>),
    Count(Vec<i64>),
    Decimal(Vec<f64>),
    Flag(Vec<bool>),
}

impl Values {
    fn new(column: &Column) -> Self {
        Self {
            held: match column.kind {
                Kind::Text => Held::Text(Vec::new()),
                Kind::Count | Kind::Moment => Held::Count(Vec::new()),
                Kind::Decimal => Held::Decimal(Vec::new()),
                Kind::Flag => Held::Flag(Vec::new()),
            },
            present: (!column.always).then(Vec::new),
        }
    }

    fn push(&mut self, cell: Cell) {
        if let Some(present) = &mut self.present {
            present.push(i16::from(cell != Cell::Null));
        }
        match (&mut self.held, cell) {
            (Held::Text(texts), Cell::Text(text)) => {
                // Most names stand in many rows, one after the other; a copy of this type is a counted reference.
                let same = texts.last().filter(|last| last.data() == text.as_bytes());
                let text = same.cloned().unwrap_or_else(|| ByteArray::from(text));
                texts.push(text);
            }
            (Held::Count(counts), Cell::Count(count)) => {
                counts.push(i64::try_from(count).unwrap_or(i64::MAX));
            }
            (Held::Count(micros), Cell::Moment(seconds)) => {
                micros.push(seconds.saturating_mul(1_000_000));
            }
            (Held::Decimal(decimals), Cell::Decimal(parts, places)) => {
                // Rounded once, so it prints as it is.
                decimals.push(parts as f64 / 10u64.pow(places) as f64);
            }
            (Held::Flag(flags), Cell::Flag(flag)) => flags.push(flag),
            // No value. A test holds that others are of the kind of their column.
            _ => {}
        }
    }

    fn write(&self, column: &mut SerializedColumnWriter) -> Result<()> {
        let present = self.present.as_deref();
        match &self.held {
            Held::Text(texts) => column
                .typed::<ByteArrayType>()
                .write_batch(texts, present, None),
            Held::Count(counts) => column
                .typed::<Int64Type>()
                .write_batch(counts, present, None),
            Held::Decimal(decimals) => column
                .typed::<DoubleType>()
                .write_batch(decimals, present, None),
            Held::Flag(flags) => column.typed::<BoolType>().write_batch(flags, present, None),
        }
        .map(drop)
    }

    fn clear(&mut self) {
        match &mut self.held {
            Held::Text(texts) => texts.clear(),
            Held::Count(counts) => counts.clear(),
            Held::Decimal(decimals) => decimals.clear(),
            Held::Flag(flags) => flags.clear(),
        }
        if let Some(present) = &mut self.present {
            present.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Seek as _, Write as _};

    use parquet::basic::Compression;
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::record::Field;
    use serde_json::{Map, Value, json};

    use super::{ALL, ROWS, written};
    use crate::report::tables::tests::{rows_of, stories};

    /// A file as a reader of Parquet sees it.
    fn read(bytes: &[u8]) -> SerializedFileReader<File> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        SerializedFileReader::new(file).unwrap()
    }

    /// Its rows, without what is null.
    fn rows(reader: &SerializedFileReader<File>) -> Vec<Map<String, Value>> {
        let row = |row: parquet::errors::Result<parquet::record::Row>| {
            let row = row.unwrap();
            let columns = row.get_column_iter().filter_map(|(name, field)| {
                let value = match field {
                    Field::Null => return None,
                    Field::Str(text) => json!(text),
                    Field::Long(count) => json!(count),
                    Field::Double(number) => json!(number),
                    Field::Bool(flag) => json!(flag),
                    Field::TimestampMicros(micros) => {
                        json!(
                            jiff::Timestamp::from_microsecond(*micros)
                                .unwrap()
                                .to_string()
                        )
                    }
                    other => panic!("{other:?}"),
                };
                Some((name.clone(), value))
            });
            columns.collect()
        };
        reader.get_row_iter(None).unwrap().map(row).collect()
    }

    #[test]
    fn every_row_is_read_back_whatever_the_size_of_groups() {
        for story in stories() {
            let report = story.report();
            for table in ALL {
                let expected = rows_of(table, &report);
                for most in [ROWS, 3] {
                    let reader = read(&written(table, &report, most).unwrap());
                    assert_eq!(rows(&reader), expected, "{}", table.name);
                    for group in reader.metadata().row_groups() {
                        assert!(group.num_rows() > 0 && group.num_rows() <= most as i64);
                        for column in group.columns() {
                            assert!(matches!(column.compression(), Compression::ZSTD(_)));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_same_report_gives_the_same_bytes_and_says_who_wrote_them() {
        let story = &stories()[0];
        let files = super::render(&story.report());
        assert_eq!(files, super::render(&story.report()));
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        let all = ["runs", "components", "files", "readings"];
        assert_eq!(names, all.map(|name| format!("{name}.parquet")));
        let reader = read(&files[0].1);
        let metadata = reader.metadata().file_metadata();
        assert_eq!(metadata.created_by(), Some("quality version 0.1.0"));
    }
}
