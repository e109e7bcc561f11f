//! `terraform/environments/local`, applied to the emulator.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use anyhow::{Context, bail};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use kernel::{Clock, SystemClock, Timestamp};
use serde_json::{Value, json};

use super::{
    super::{Session, session::said},
    emulator::{ACCESS_KEY, ACCOUNT, Emulator, SECRET_KEY},
};
use crate::{aws::Aws, commands::docs::root, events::Tail, leftovers::leftovers, package};

/// Where the emulator listens. `environments/local` names it, as it does the next.
pub const EMULATOR_PORT: u16 = 4566;
/// Where the end-to-end tests put their issuer of tokens and their stand-in for Stripe.
const STAND_INS_PORT: u16 = 4580;

/// What `environments/local` says of itself.
const STAGE: &str = "local";
/// The same.
const REGION: &str = "us-east-1";
/// The same: whom tokens are for.
const AUDIENCE: &str = "emporium";
const STRIPE_API_KEY: &str = "sk_test_parity";
const STRIPE_WEBHOOK_SECRET: &str = "whsec_parity";

/// The shop on the emulator.
pub struct Deployment {
    folder: PathBuf,
    endpoint: String,
}

impl Deployment {
    /// Gets ready, in `folder`. The emulator has forgotten what it had, so its state goes too.
    ///
    /// # Errors
    /// The folder cannot be cleared.
    pub fn new(folder: &Path, emulator: &Emulator) -> anyhow::Result<Self> {
        for name in ["terraform.tfstate", "terraform.tfstate.backup", "not-run.txt", "issuer.key"] {
            let file = folder.join(name);
            if file.exists() {
                fs::remove_file(&file).with_context(|| file.display().to_string())?;
            }
        }
        Ok(Self { folder: folder.to_owned(), endpoint: emulator.url() })
    }

    /// Where the end-to-end tests write down what they could not run.
    pub fn not_run_file(&self) -> PathBuf {
        self.folder.join("not-run.txt")
    }

    /// Applies the environment of `tree`, the repository or a copy of it.
    ///
    /// # Errors
    /// Terraform fails.
    pub fn apply(&self, session: &Session, tree: &Path) -> anyhow::Result<()> {
        let state = format!("-backend-config=path={}", self.folder.join("terraform.tfstate").display());
        self.terraform(session, tree, &["init", "-input=false", "-no-color", "-reconfigure", &state])?;
        let apply = ["apply", "-input=false", "-no-color", "-auto-approve", &self.packages()];
        self.terraform(session, tree, &apply).map(drop)
    }

    /// How many resources there are.
    ///
    /// # Errors
    /// Terraform fails.
    pub fn resources(&self, session: &Session) -> anyhow::Result<usize> {
        Ok(self
            .terraform(session, &root(), &["state", "list"])?
            .lines()
            .filter(|line| !line.contains(".data."))
            .count())
    }

    /// Sees that a second plan has nothing to do.
    ///
    /// # Errors
    /// It has.
    pub fn plan_is_empty(&self, session: &Session) -> anyhow::Result<()> {
        let plan = ["plan", "-input=false", "-no-color", "-detailed-exitcode", &self.packages()];
        self.terraform(session, &root(), &plan).context("a second plan has changes, or fails").map(drop)
    }

    /// Destroys all of it.
    ///
    /// # Errors
    /// Terraform fails.
    pub fn destroy(&self, session: &Session) -> anyhow::Result<()> {
        let destroy = ["destroy", "-input=false", "-no-color", "-auto-approve", &self.packages()];
        self.terraform(session, &root(), &destroy).map(drop)
    }

    /// Sees that nothing with the stage's tags is left.
    ///
    /// # Errors
    /// Something is.
    pub fn nothing_is_left(&self, session: &Session) -> anyhow::Result<()> {
        let state = self.terraform(session, &root(), &["state", "list"])?;
        if !state.is_empty() {
            bail!("Terraform still knows of:\n{state}");
        }
        // Keys and secrets are there until the end of their time, as in AWS.
        let mut left = runtime()?.block_on(leftovers(&self.aws()?, STAGE))?;
        left.retain(|leftover| leftover.ends.is_none());
        if !left.is_empty() {
            let arns: Vec<_> = left.into_iter().map(|leftover| leftover.arn).collect();
            bail!("after destroy, these are left:\n{}", arns.join("\n"));
        }
        Ok(())
    }

    /// What a function wrote into its log since `from`.
    ///
    /// # Errors
    /// The emulator does not say.
    pub fn log_of(&self, function: &str, from: Timestamp) -> anyhow::Result<Vec<String>> {
        let (context, name) = function.split_once('/').context("a function is context/name")?;
        let group = format!("/aws/lambda/emporium-{STAGE}-{context}-{name}");
        let mut tail = Tail::new(BTreeMap::from([(function.to_owned(), group)]), None, from);
        let events = runtime()?.block_on(tail.next(&self.aws()?, SystemClock.now()))?;
        Ok(events.into_iter().map(|event| event.message).collect())
    }

    fn aws(&self) -> anyhow::Result<Aws> {
        let credentials = Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "emulator");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(&self.endpoint);
        Aws::new(&config.build())
    }

    /// Runs end-to-end tests whose names contain `filter` against the deployed shop.
    ///
    /// # Errors
    /// They cannot be started. Whether they passed, the output says.
    pub fn test(&self, session: &Session, filter: &str) -> anyhow::Result<Output> {
        let outputs: Value = serde_json::from_str(&self.terraform(session, &root(), &["output", "-json"])?)?;
        let api_url = outputs["api_url"]["value"].as_str().context("environments/local does not say its api_url")?;
        let target = json!({
            "api_url": api_url,
            "endpoint": self.endpoint,
            "stage": STAGE,
            "region": REGION,
            "account": ACCOUNT,
            "access_key": ACCESS_KEY,
            "secret_key": SECRET_KEY,
            "stand_ins_port": STAND_INS_PORT,
            "issuer": format!("http://127.0.0.1:{STAND_INS_PORT}"),
            "audience": AUDIENCE,
            "issuer_key": self.folder.join("issuer.key"),
            "stripe_api_key": STRIPE_API_KEY,
            "stripe_webhook_secret": STRIPE_WEBHOOK_SECRET,
            "mails_url": format!("{}/_ministack/ses/messages", self.endpoint),
            "not_run": self.not_run_file(),
        });
        let file = self.folder.join("stage.json");
        fs::write(&file, target.to_string()).with_context(|| file.display().to_string())?;
        // One after the other: each waits until nothing is going on any more.
        let arguments = ["test", "--quiet", "--package", "e2e", "--test", "it", "--", filter, "--test-threads=1"];
        session.run(Command::new("cargo").args(arguments).env("EMPORIUM_STAGE", &file))
    }

    /// A copy of all that Terraform reads: itself, and what the contexts describe.
    ///
    /// # Errors
    /// Something cannot be read or written.
    pub fn copy_of_tree(&self) -> anyhow::Result<PathBuf> {
        let copy = self.folder.join("tree");
        if copy.exists() {
            fs::remove_dir_all(&copy).with_context(|| copy.display().to_string())?;
        }
        copy_folder(&root().join("terraform"), &copy.join("terraform"))?;
        for context in package::contexts(&root())? {
            let (from, to) = (root().join("services").join(&context), copy.join("services").join(&context));
            fs::create_dir_all(&to).with_context(|| to.display().to_string())?;
            fs::copy(from.join("service.yaml"), to.join("service.yaml"))?;
            if from.join("saga").is_dir() {
                copy_folder(&from.join("saga"), &to.join("saga"))?;
            }
        }
        Ok(copy)
    }

    fn packages(&self) -> String {
        format!("-var=packages={}", self.folder.join("packages").display())
    }

    /// Runs Terraform in the environment of `tree`. What it printed to standard output.
    fn terraform(&self, session: &Session, tree: &Path, arguments: &[&str]) -> anyhow::Result<String> {
        let mut command = Command::new("terraform");
        command.arg(format!("-chdir={}", tree.join("terraform/environments/local").display())).args(arguments);
        let secrets = json!({ "stripe-api-key": STRIPE_API_KEY, "stripe-webhook-secret": STRIPE_WEBHOOK_SECRET });
        let variables: [(&str, OsString); 7] = [
            ("TF_DATA_DIR", self.folder.join("data").into()),
            ("TF_IN_AUTOMATION", "true".into()),
            ("TF_VAR_secrets", secrets.to_string().into()),
            ("AWS_ENDPOINT_URL", self.endpoint.clone().into()),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY.into()),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY.into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ];
        command.envs(variables).env_remove("AWS_PROFILE").env_remove("AWS_SESSION_TOKEN");
        let output = session.run(&mut command)?;
        if !output.status.success() {
            bail!("terraform {} failed ({}):\n{}", arguments.join(" "), output.status, said(&output));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?)
}

/// Copies the files of a folder and of those in it.
fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_folder(&from, &to)?;
        } else {
            fs::copy(&from, &to).with_context(|| from.display().to_string())?;
        }
    }
    Ok(())
}
