//! `infra verify`: whether what is declared works.

use super::unless_stopped;
use crate::cli::args::{Format, Global, VerifyArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::host::Host;
use crate::cli::session::{Session, manifest_path};
use crate::cli::ui::Ui;
use crate::kind::Outcome;
use crate::plan::Plan;
use crate::render;
use crate::verify::{Means, Net, Row, Tally, Way, verify};

/// Reads the account with all sizes, makes every check, and says what came of each. It writes only with `--push`.
pub(crate) async fn run(
    args: VerifyArgs,
    global: &Global,
    host: &Host,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let path = manifest_path(args.manifest.manifest.clone(), &host.env)?;
    let session = unless_stopped(&host.interrupt, None, Session::open(&path, global, host, ui)).await?;
    let verified = unless_stopped(&host.interrupt, None, examine(&session, &args, host)).await;
    let said = verified.and_then(|(plan, rows)| {
        let tally = Tally::of(&rows);
        match args.format {
            Format::Text => {
                ui.apart()?;
                ui.page(&render::verify::text(&plan.header, &rows))?;
                ui.data(&format!("\n{tally}\n"))?;
            }
            Format::Json => {
                let text = render::verify::json(&plan.header, &rows, tally).map_err(|error| {
                    Failure::failed(format!("what was verified cannot be written as JSON: {error}"), None)
                })?;
                ui.data(&text)?;
            }
        }
        Ok(rows.iter().map(exit_of).fold(Exit::Done, Exit::or))
    });
    session.close(said, ui).await
}

async fn examine(session: &Session, args: &VerifyArgs, host: &Host) -> Result<(Plan, Vec<Row>), Failure> {
    let plan = session.measure().await?;
    let way = if let Some(why) = session.stand_in() {
        Way::None { why }
    } else {
        let help = "install the system's root certificates (ca-certificates)";
        let net = Net::of_the_system().map_err(|error| Failure::failed(error.to_string(), Some(help)))?;
        Way::Open(Box::new(net))
    };
    let means = Means { aws: &session.aws, way, push: args.push, now: host.now };
    let entries: Vec<_> = plan.in_order().into_iter().filter(|view| view.location.is_some()).collect();
    let rows = verify(&entries, &means).await;
    Ok((plan, rows))
}

/// The exit code that a check by itself stands for. What there is nothing here to try on, stands for none.
fn exit_of(row: &Row) -> Exit {
    match row.outcome {
        Outcome::Passed { .. } | Outcome::Unchecked { .. } => Exit::Done,
        Outcome::Failed { .. } => Exit::Failed,
        Outcome::Unread { .. } => Exit::Incomplete,
    }
}
