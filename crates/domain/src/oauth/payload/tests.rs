//! Tokens sealed by older versions can still be opened.
use super::*;
use crate::clients::SubType;
use crate::grants::consent::Home;
use crate::oauth::authorize::{Destination, Prompt, ResponseMode};
use crate::platform::seal::{Purpose, Sealer, TokenId};
use crate::{PersonalAccessTokenId, SessionId};

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

const WORKSPACE_BEARER: &str = "AAAAO5rKAAQEBAQEBAQEBAQBCgYGBgYGBgYG";
const MACHINE_BEARER: &str = "AQdjc19jaV94BA";
const ACCESS: &str = "cs_at_AAAAAQMDAwMDAwMDAwMDAxBfZiQ-SSLO1QQIMe2gbvJ76P6HdAo-JjwzQ4x2fk_LWy1ySEQxO82zco0X8s-TxWW6P6XK_GLP-r5CJ3iSZgXcW9QFsWYvkLDlz4Yj3BRZNGt6";
const MACHINE: &str = "cs_at_AAAAAQMDAwMDAwMDAwMDA6h0C659f8mZTLLnoi4pAwtzE7ozTC37lODHJGupaO2iafLHtAs_YIZBibnzLufm3nWrbUjdXQu9naIGFH30Uxz4fA";
const REFRESH: &str = "cs_rt_AAAAAQMDAwMDAwMDAwMDA9pvLu9caK9vycqVfRdrc0dhYNQIk7gAwpdx0LC1uKW0KC3jnaJ57Sebt9LohssC5YU";
const CODE: &str = "cs_ac_AAAAAQMDAwMDAwMDAwMDAyGRFWx09Icx8SBzR551UydOGLpc2OrbCT2HZn6StiIgp1aj6lKi3BVgUjabrShDr49sCw0sGNW7_WD-S8DNAMVVE_bxV5AXPnOnVSwNmMY-eRu5FSiZM6aIdeYFQpUFECwCe0L4_h94zCX9JcDHL4z4qrb38mPvbVZ8ox5MCpGeDaF4pZcjMQmGySX69ZpTk21RhhIsv9r040gvkF8bUkTlBXPxYrF9ziUGe-Uoa76R338UXy1GWOvrmiBXA6rVbiYX6rM1UXbh2zlXSwPPD8JvDQOI";
/// From version 1.
const CODE_1: &str = "cs_ac_gAAAAQMDAwMDAwMDAwMDAxw5AAAN5mFjhbiX7fuZeaXgVKi0lY5D2keelXPxgQuwVRtwBJJbtzj896OJEGc1VFM3TQtZRkysOzDp8WQ9HrwoJtnAtRI05j7iOm6_vRg2crBLSGwOs5OZZExJBV7BxvY0BNLekoc5jL0PCxybsOsKANP1uHWeIdE-qByZjZuYdPW6zkwYEBjxNaW4ocLdXtXw8I41BN-evPCFAZacgMATzeg6A21_XbNihvxdAuJK7gE81acz4w";
/// From version 2, with the contents of versions 0 and 1.
const CODES_2: [&str; 2] = [
    "cs_ac_gAAAAQMDAwMDAwMDAwMDA_wSlOTNW8iLLoF6Ewk85LDXG6XfGE7TQthBrODudEsUowImwfkx9as0cKnT3MtECsrNm6xIiOxn_LdT17PdILcmw-Ls2sQIu2CrRVi-ZtmerIond4Ji7Kw6IWfmJ5UCD2lqKJZIOzU4LZ--D7aCXdyT9naz7rvKYrWyG9biKQw6lCCTh2PfBkL1xMSJN1YCx7-BaFwiAn3avciseQMWhULlOurFgDA0OYFl73UUkXD7B28mjf7AXCGmd7A2qwKCZbGIKMUZ-SU-5G7wZzeq5vbXCL40EHlh",
    "cs_ac_gAAAAQMDAwMDAwMDAwMDAydCIfFhTNnTzZbmS9ZWRKXQ0viKinaJ76JyCLwyVKDJ63ALx0NBKF5cAe7MNZTRZXmpEs9mvcSEmN-VwaTy7swOrEP9S16kV1QV3fZ7vT1aFU-59sIscfkJE9LsEXSccU6M3mLg1844MRw8vLql6g1wMIJvBchEN73GKAf1TXUB1imrH7KCJF37cum_hCQ1aQ_7Hlb8OIFMu_xYyHMg0QjVtQGGwYZUgk-hcvtI2QEMJIZLhIjhK2Q",
];
const REDIRECT: &str = "cs_ix_AAAAAQMDAwMDAwMDAwMDA1xdYjRvgog9ANXYh_K-midYCiuUEntQEIZk-_cRjuCWkZyPOMnomAtpx6YAdRhShljCCqTjAAbq5X3WHgmOCBcmh3mxTZ4F4M_G0uWrkOQUw4DLJNS3DDrSFb6gLexcV13oLyIPiVKTgsgLX1_1pFU7wzMQ6CIMYLT5bzIPOrXt7vYYVqxlbZVzBfjREsgCaQrgEB_VRSVlDsAGM12g6YPImKeCzBuDqlLo2TBDsNd1lWwBHBhjMW7e5KJpwd2xsHRJMa770dzqQdMW3yAvVtH8yw9d8jv-vFsuQrX6ng";
const DEVICE: &str = "cs_ix_AAAAAQMDAwMDAwMDAwMDA41aWVXN12L7VcaJmW_AEGS1Az_RYt_HXUBZ_TwZTmfVz1vvASJM7BihQ9O7yYCkT0NGJPwA0MGM3AsUma1sqVdvBhZE0jEUZuBXnBEaLjpb229RSgMxPATaBEa3UihEm3tGZhCwJQ0d2J5T023WzA8vyWThSt7o2k-hKeSpsE7-ELPoYy-rYiolmBjRanqB8UH0Heswtv6pYdBBhNp3rW5vpff9Z-STjU4FuOmujuIgyhY8tbUSG5sIg65ctcjE9eMJLt-wpf72v1XP96RdrydnS11pq5BjfTIx3bl7pHCXJTuCj32LcZZGYEL8NsKCTB9JJQ";

/// From version 1.
const INTERACTIONS_1: [&str; 2] = [
    "cs_ix_gAAAAQMDAwMDAwMDAwMDA7SxA6Dk2SeXnAym--RctSn7DsnrhcYY_Faavo4gi_m-sTN9TCeoHJOU0SRuN_c_InwX4DpAOu40ekeGeVd7tlzAHRVdoSRoWbITIjxtJWSVS1kMo4G5igLcqqEzJ-7pLmfJnkIKPej_FG_pBqD0EcyPI2wTAXayzgDZunC43Ku-QIBZUSLSTZZCGzganvTfPrlljzZe61oMNka5F10ottmre-EboPvDN9UWJ1kMaqwMBUbUsMEiiI8BI5utCSKCT34y5A-lswmuZ3y7GTT78nUBjZoexyKfU5q05VKazdV_bkZ8DNiMELLGJKZdmx7UE0FL40A",
    "cs_ix_gAAAAQMDAwMDAwMDAwMDAzOWRJ-EZPIvjDPoGwDW0m-zLRmQx-z2lZdo76VKEQn1soA8CUtF0nbvK0Bs-aiHxrqOp8wC3Mh4rh-E9bTcYwrqY-XiFSGyPMeLSVtTV47HaL0RLjrkRkhBR3Eo0xjcgEh6Q_R6na8yhyRD1Zz7c9iIE_hJJOGRC7A267u3ox96tmkour7Ho_NtA1wLeqdEh57RR_odtEFtUDGXR17WdCVIj2JHzOig-a3HCWtKP-ARTBg_9udlHWaDxydkw3yA3HRuhvw6U88jL5Aydf63xcW2YuXbFHHUtftcHqRse9Q",
];

/// From version 2.
const INTERACTIONS_2: [&str; 2] = [
    "cs_ix_gAAAAQMDAwMDAwMDAwMDA3JHNxL93hMrPzCPO5fuFTHITYA1BzLucaavHPFWczdcgeW0vP2SuSGCGqJO8B308Qh1HqTnXoioUxLYg68czime86DekRM0H8BswhtdFjDiG1V66trUl66FjS-zJL0GxBAYBAuyl2g_BfpzWNGyMWU2lHgN5CLF7OsjW2BPOoAluGv0U6AzXtUzqxMJDnAvFFCSkbuRnVYWZMxIPIwHZKv7gYVPxsYg2zh6AiXQCUwEIQD436nbq4gOWTupApuHXko_Wt8kUKkOBBQXuRguo7d3-1lZ9xMaOe1KbVc_0vkhG2IyFoyFY2mgx2ZVH5NKk0k2odBS",
    "cs_ix_gAAAAQMDAwMDAwMDAwMDA9OpwosGG7o8drF_HDOEOnH2M4GANS3B6-pSVY0U3twQVusoG3auoE6hs4TpfLUB2rg_PeLdqrNuHJKiuTyOjoc8-5rt0gCJ1s3dx9-ber6pkCnZnBULVOfwbQJxSQhEpF0mAOxzS-e4yn17NimBnoGIVyh89kdBgtR8UnRVVWaHdwOFU01_mvGPkFpLh1d4SI7cI29JcyzAG5dQx1j1ztmngdm9TJ2b0Z5jqi0s2gVUf1U2asx-nyr2By3NHnFAcfmbr-S27MTw7eXBtQlt_cEmmb0u0VIrpK2fGzumOteu",
];

/// What the current version seals, with the same contents in the same order. A change needs a new version.
const TODAY: &str = include_str!("../tokens_of_today.txt");

fn open<T: Payload>(purpose: Purpose, text: &str) -> T {
    let sealer = Sealer::new("cs", "https://as.example", [(1, [7; 32])]).unwrap();
    let (id, payload) = sealer.open::<T>(purpose, text).unwrap();
    assert_eq!(id, TokenId::from_random([3; 12]));
    // What was opened can be sealed again, and opens with the same content.
    let again = sealer.seal(purpose, id, &payload).unwrap();
    assert!(TODAY.lines().any(|line| line == again), "sealed in another way: {again}");
    sealer.open(purpose, &again).unwrap().1
}

fn bearer() -> Bearer {
    Bearer::Grant { id: GrantId::new(NOW, [4; 10]), number: Some(5) }
}

fn machine() -> Bearer {
    Bearer::Client { id: ClientId::parse("cs_ci_x").unwrap(), epoch: 2 }
}

#[test]
fn access_and_refresh_tokens_of_version_0_open() {
    let access: AccessPayload = open(Purpose::AccessToken, ACCESS);
    let expected = AccessPayload {
        bearer: bearer(),
        scopes: ScopeSet::parse("openid email").unwrap(),
        audience: vec!["https://api.example".to_owned()],
        issued_at: NOW,
        expires_at: NOW.plus(3600),
    };
    assert_eq!(access, expected);
    assert_eq!(open::<AccessPayload>(Purpose::AccessToken, MACHINE), AccessPayload { bearer: machine(), ..expected });
    let refresh: RefreshPayload = open(Purpose::RefreshToken, REFRESH);
    assert_eq!(refresh, RefreshPayload { grant_id: GrantId::new(NOW, [4; 10]), number: 5 });
}

/// The claim `cs_bearer` of JWT access tokens.
#[test]
fn bearers_of_version_0_are_read() {
    for (text, expected) in [(WORKSPACE_BEARER, bearer()), (MACHINE_BEARER, machine())] {
        assert_eq!(Bearer::from_text(text), Ok(expected.clone()));
        assert_eq!(Bearer::from_text(&expected.to_text()), Ok(expected));
    }
    for bad in ["", ".", "1.", "x.AAAA", "1", "0.", "256.AA"] {
        assert_eq!(Bearer::from_text(bad), Err(Unopened::NotOurs), "{bad}");
    }
    assert_eq!(Bearer::from_text("9.AAAA"), Err(Unopened::Later));
}

#[test]
fn codes_of_version_0_open() {
    let code: CodePayload = open(Purpose::AuthorizationCode, CODE);
    assert_eq!((code.client_id.as_str(), code.redirect_uri.as_str()), ("cs_ci_x", "https://a.example/cb"));
    assert_eq!((code.challenge, code.nonce.as_deref()), (Some(CodeChallenge::of("x")), Some("n")));
    let Authorization { user_id, access, home_workspace_id, session_id, by_token, proof, epoch } = code.authorization;
    assert_eq!((access.scopes.to_string().as_str(), access.sub_type), ("openid email", SubType::Workspace));
    assert_eq!(access.resources, ["https://api.example"]);
    assert_eq!((access.claims.userinfo, access.claims.sub.as_deref()), (vec!["email".to_owned()], Some("usr_1")));
    assert_eq!((access.claims.auth_time, access.claims.essential_acr), (true, vec!["a".to_owned()]));
    assert_eq!((access.workspace_id, home_workspace_id), (Some(WorkspaceId::new(NOW, [1; 10])), None));
    assert_eq!((user_id, session_id), (UserId::new(NOW, [0; 10]), Some(SessionId::new(NOW, [2; 10]))));
    assert_eq!((by_token, epoch, proof.map(|proof| proof.at)), (None, 0, Some(NOW)));
    assert_eq!((code.refreshable, code.ends_at, code.expires_at), (true, None, NOW.plus(60)));
}

#[test]
fn codes_of_versions_1_and_2_open() {
    let of_token = |code: &CodePayload| code.authorization.by_token.is_some();
    let of_2 = CODES_2.map(|text| open::<CodePayload>(Purpose::AuthorizationCode, text));
    assert_eq!(of_2.iter().filter(|code| of_token(code)).count(), 1);
    let code_1: CodePayload = open(Purpose::AuthorizationCode, CODE_1);
    for code in of_2.into_iter().chain([code_1]).filter(of_token) {
        assert_eq!((code.client_id.as_str(), code.nonce.as_deref()), ("cs_ci_x", Some("n")));
        assert_eq!(code.authorization.by_token, Some(PersonalAccessTokenId::new(NOW, [5; 10])));
        assert_eq!((code.refreshable, code.ends_at, code.expires_at), (true, Some(NOW.plus(90)), NOW.plus(60)));
        assert_eq!(code.authorization.epoch, 0);
    }
}

#[test]
fn interactions_of_earlier_versions_open() {
    let [of_device, of_redirect] = INTERACTIONS_1;
    let code = Some("BCDF-GHJK");
    let of_2 = INTERACTIONS_2.map(|text| open::<Interaction>(Purpose::Interaction, text));
    assert_eq!(of_2.iter().filter(|one| one.request.destination.device().is_some()).count(), 1);
    let [of_2_a, of_2_b] = INTERACTIONS_2.map(|text| {
        let interaction: Interaction = open(Purpose::Interaction, text);
        (text, interaction.request.destination.device().and(code))
    });
    let all = [(REDIRECT, None), (of_redirect, None), (DEVICE, code), (of_device, code), of_2_a, of_2_b];
    for (text, device) in all {
        let interaction: Interaction = open(Purpose::Interaction, text);
        let request = &interaction.request;
        assert_eq!(request.client_id.as_str(), "cs_ci_x");
        match &request.destination {
            Destination::Redirect(callback) => {
                assert_eq!((callback.redirect_uri(), device), ("https://a.example/cb", None));
                assert_eq!((callback.mode(), callback.state()), (ResponseMode::FormPost, Some("s")));
            }
            Destination::Device(waiting) => assert_eq!(Some(waiting.user_code.to_string().as_str()), device),
        }
        let access = &request.access;
        assert_eq!((access.scopes.to_string().as_str(), access.sub_type), ("openid email", SubType::User));
        assert_eq!(request.prompt, Prompt { consent: true, ..Prompt::default() });
        assert_eq!((request.max_age, request.nonce.as_deref()), (Some(60), Some("n")));
        assert_eq!(
            (request.login_hint.as_deref(), &request.ui_locales),
            (Some("ada@example.com"), &vec!["de".to_owned(), "en".to_owned()])
        );
        assert_eq!((&access.claims.userinfo, request.received_at), (&vec!["email".to_owned()], NOW));
        assert_eq!((interaction.browser, interaction.expires_at), ([8; 32], NOW.plus(600)));
        assert_eq!(
            (interaction.fresh_session, interaction.account_selected),
            (Some(SessionId::new(NOW, [2; 10])), true)
        );
        assert_eq!(
            (interaction.consent_shown_to, interaction.refusal_shown_to),
            (Some(UserId::new(NOW, [0; 10])), None)
        );
        assert_eq!(interaction.home, Home::Unknown, "nothing recorded it then");
    }
}
