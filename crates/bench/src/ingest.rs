//! How fast samples go in, beside what PostgreSQL takes by `COPY`.

use crate::{copy, load::Pressure, median, samples::Samples, tallykeep};

/// Prints the rates of each round and their medians.
pub(crate) fn run(pressure: &Pressure) -> anyhow::Result<()> {
    let samples = Samples::generate();
    let (mut floors, mut rates) = (Vec::new(), Vec::new());
    for round in 1..=pressure.rounds {
        let floor = copy::rate(&samples)?;
        println!("round {round}  COPY       {floor:>12.0} samples/s");
        let load = tallykeep::load(&samples, pressure)?;
        let rate = load.rate * Samples::IN_A_BODY as f64;
        println!(
            "round {round}  Tallykeep  {rate:>12.0} samples/s  median {:.1} ms, 99 % within {:.1} ms",
            load.latency_ms(0.5),
            load.latency_ms(0.99)
        );
        floors.push(floor);
        rates.push(rate);
    }
    let (floor, rate) = (median(&mut floors), median(&mut rates));
    println!("median   COPY       {floor:>12.0} samples/s");
    println!("median   Tallykeep  {rate:>12.0} samples/s  {:.1} x COPY", rate / floor);
    Ok(())
}
