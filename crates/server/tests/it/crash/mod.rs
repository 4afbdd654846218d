//! A real server, killed again and again: nothing is lost and nothing is done twice.
//!
//! What the tests share: a `World` that is set up and loaded beside the server on the same store, a `Server`
//! that is a real process, and one check of everything that must hold afterwards.

mod executioner; // between a server and a platform
mod grounds; // real platforms
mod invariants; // what must hold once everything rests
mod kinds; // every kind of connector, killed before each answer
mod other; // a second Exeunt, which plays a vendor's product
mod server; // the process that is killed
mod trial; // one platform, and departures that outlive their servers
mod world; // a company, its platforms, and a load of departures

use std::time::Duration;

use exeunt::halt;
use exeunt::random::Random;

use self::server::Server;
use self::world::World;
use crate::home::{Home, both_homes, run};

/// Kills at random moments, on each database.
const KILLS: usize = 100;
/// Longest time a server may live in between.
const LONGEST_LIFE_MS: u64 = 400;
/// Rounds in which one of two nodes dies.
const DEATHS_OF_ONE_OF_TWO: usize = 20;

#[test]
fn crash_at_each_point_of_a_step() {
    both_homes(|home| async move {
        let world = World::at(home).await;
        for point in halt::POINTS {
            for time in 1..=2 {
                world.accept_large().await;
                world.accept(5).await;
                let server = Server::halting_at(&world.home, &format!("{point}:{time}"));
                server.wait_for_halt(point);
                server.kill();
            }
        }
        finish(world).await;
    });
}

#[test]
fn crash_at_a_hundred_random_moments() {
    let seed = seed();
    both_homes(move |home| async move {
        let random = Random::seeded(seed);
        let world = World::at(home).await;
        let mut answered = 0;
        for kill in 0..KILLS {
            let server = Server::start(&world.home);
            let life = Duration::from_millis(random.jitter() % LONGEST_LIFE_MS);
            let address = server.address.clone();
            let load = async {
                if kill % 10 == 0 {
                    world.accept_large().await;
                }
                world.accept(2).await;
            };
            let death = async {
                tokio::time::sleep(life).await;
                server.kill();
            };
            let (through, (), ()) = tokio::join!(world.remove_through(&address), load, death);
            answered += usize::from(through);
        }
        assert!((1..KILLS).contains(&answered), "kills before and after an answer: {answered} of {KILLS}");
        finish(world).await;
    });
}

#[test]
fn crash_of_one_of_two_nodes() {
    let seed = seed();
    run(async move {
        let random = Random::seeded(seed);
        let world = World::at(Home::postgres()).await;
        let survivor = Server::start(&world.home);
        for death in 0..DEATHS_OF_ONE_OF_TWO {
            let mortal = Server::start(&world.home);
            if death % 5 == 0 {
                world.accept_large().await;
            }
            world.accept(4).await;
            tokio::time::sleep(Duration::from_millis(random.jitter() % LONGEST_LIFE_MS)).await;
            mortal.kill();
        }
        world.wait_until_all_rests().await;
        survivor.stop();
        world.check().await;
    });
}

/// The last server, which lives until everything is done.
async fn finish(world: World) {
    let server = Server::start(&world.home);
    world.wait_until_all_rests().await;
    server.stop();
    world.check().await;
}

/// A failed run is repeated by setting `EXEUNT_TEST_SEED` to what it printed.
fn seed() -> u64 {
    let given = std::env::var("EXEUNT_TEST_SEED").ok().and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(|| Random::system().jitter());
    #[expect(clippy::print_stderr, reason = "shown with a failure")]
    {
        eprintln!("EXEUNT_TEST_SEED={seed}");
    }
    seed
}
