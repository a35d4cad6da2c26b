//! Managing a server: spaces made, changed and deleted, tokens made and revoked, an object erased.

use palimpsest_client::{
    Admin, Client, Code, Concurrency, NewAccessToken, NewObject, NewSpace, Scope, SpaceSettings, Timestamp,
};
use palimpsest_engine::admin::{Command, Reply};
use palimpsest_server::Limits;

use crate::served::Served;

async fn office(served: &Served) -> Admin {
    let command = Command::AdminTokenCreate { name: "office".to_owned(), expires_at: None };
    let told = served.engine.administer(command).await.unwrap();
    let Reply::TokenMade(made) = told else { panic!("{told:?}") };
    Admin::new(&served.base, made.token).unwrap()
}

#[tokio::test]
async fn a_space_with_a_token_is_made_used_and_deleted() {
    let served = Served::new(Limits::default()).await;
    let office = office(&served).await;
    let new = NewSpace::titled("Archive").timezone("Europe/Berlin").concurrency(Concurrency::RequireCondition);
    let space = office.create_space(&new).await.unwrap().value;
    assert_eq!((&*space.title, &*space.timezone), ("Archive", "Europe/Berlin"));
    let taken = office.create_space(&NewSpace::titled("b").id(space.id)).await.unwrap_err();
    assert_eq!(taken.code, Code::AlreadyExists);
    let settings = SpaceSettings::new().title("Attic").concurrency(Concurrency::LastWriteWins);
    let changed = office.update_space(space.id, &settings).await.unwrap().value;
    assert_eq!((&*changed.title, changed.concurrency), ("Attic", Concurrency::LastWriteWins));
    assert!(office.spaces().await.unwrap().value.contains(&changed));

    let end = Timestamp::parse("2030-01-01").unwrap();
    let made = office.create_token(&NewAccessToken::of(space.id, "writer").expires_at(end)).await.unwrap().value;
    assert!(!format!("{made:?}").contains(&made.token));
    let client = Client::new(&served.base, &made.token).unwrap();
    assert_eq!(client.space().await.unwrap().value.title, "Attic");
    let object = client.create_object(&NewObject::page("a secret")).await.unwrap().value;
    assert_eq!(office.erase(space.id, object.id).await.unwrap().value.id, object.id);
    assert!(client.object(object.id).await.unwrap_err().is_not_found());

    let listed = office.tokens_of(space.id).await.unwrap().value;
    let [shown] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!((shown.id, &*shown.name, &shown.space_ids), (made.id, "writer", &vec![space.id]));
    assert_eq!(
        (&shown.scopes, shown.expires_at, shown.revoked_at),
        (&vec![Scope::Read, Scope::Write], Some(end), None)
    );
    office.revoke_token(made.id).await.unwrap();
    assert_eq!(client.space().await.unwrap_err().code, Code::NotAuthenticated);
    office.delete_space(space.id).await.unwrap();
    assert!(office.delete_space(space.id).await.unwrap_err().is_not_found());
    assert!(office.tokens().await.unwrap().value.iter().all(|token| token.id != made.id));
}

#[tokio::test]
async fn a_token_of_a_space_manages_nothing_and_one_of_the_operator_opens_no_space() {
    let served = Served::new(Limits::default()).await;
    let token = served.token(&[palimpsest_engine::Scope::Read, palimpsest_engine::Scope::Write]).await;
    let nobody = Admin::with(Client::new(&served.base, token).unwrap());
    assert_eq!(nobody.spaces().await.unwrap_err().code, Code::NotAuthenticated);
    assert_eq!(office(&served).await.spaces().await.unwrap().value.len(), 1);
}
