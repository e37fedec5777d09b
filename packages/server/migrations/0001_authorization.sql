CREATE TABLE "client_documents" (
	"url" text PRIMARY KEY NOT NULL,
	"origin" text NOT NULL,
	"etag" text,
	"failure" text,
	"fetched_at" timestamp with time zone DEFAULT now() NOT NULL,
	"fresh_until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "client_rules" (
	"org_id" text NOT NULL,
	"subject" text NOT NULL,
	"rule" text NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "client_rules_org_id_subject_pk" PRIMARY KEY("org_id","subject"),
	CONSTRAINT "client_rules_rule" CHECK ("client_rules"."rule" in ('approved', 'blocked'))
);
--> statement-breakpoint
CREATE TABLE "identity_links" (
	"org_id" text NOT NULL,
	"issuer" text NOT NULL,
	"subject" text NOT NULL,
	"user_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "identity_links_org_id_issuer_subject_pk" PRIMARY KEY("org_id","issuer","subject")
);
--> statement-breakpoint
CREATE TABLE "trusted_issuers" (
	"org_id" text NOT NULL,
	"issuer" text NOT NULL,
	"jwks" jsonb,
	"jwks_uri" text,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "trusted_issuers_org_id_issuer_pk" PRIMARY KEY("org_id","issuer"),
	CONSTRAINT "trusted_issuers_keys" CHECK (num_nonnulls("trusted_issuers"."jwks", "trusted_issuers"."jwks_uri") = 1)
);
--> statement-breakpoint
CREATE TABLE "used_ids" (
	"purpose" text NOT NULL,
	"id" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "used_ids_purpose_id_pk" PRIMARY KEY("purpose","id")
);
--> statement-breakpoint
ALTER TABLE "grants" ALTER COLUMN "user_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "authorizations" ADD COLUMN "dpop_jkt" text;--> statement-breakpoint
ALTER TABLE "authorizations" ADD COLUMN "lifetime_days" integer;--> statement-breakpoint
ALTER TABLE "clients" ADD COLUMN "grant_types" jsonb DEFAULT '["authorization_code","refresh_token"]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "clients" ADD COLUMN "jwks" jsonb;--> statement-breakpoint
ALTER TABLE "clients" ADD COLUMN "jwks_uri" text;--> statement-breakpoint
ALTER TABLE "clients" ADD COLUMN "client_uri" text;--> statement-breakpoint
ALTER TABLE "clients" ADD COLUMN "org_id" text;--> statement-breakpoint
ALTER TABLE "clients" ADD COLUMN "agent_id" text;--> statement-breakpoint
ALTER TABLE "clients" ADD COLUMN "deleted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "agent_id" text;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "dpop_jkt" text;--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "tokens_valid_from" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "client_rules" ADD CONSTRAINT "client_rules_org_id_organisations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity_links" ADD CONSTRAINT "identity_links_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity_links" ADD CONSTRAINT "identity_links_org_id_issuer_trusted_issuers_org_id_issuer_fk" FOREIGN KEY ("org_id","issuer") REFERENCES "public"."trusted_issuers"("org_id","issuer") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trusted_issuers" ADD CONSTRAINT "trusted_issuers_org_id_organisations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "client_documents_origin" ON "client_documents" USING btree ("origin","fetched_at");--> statement-breakpoint
CREATE INDEX "used_ids_expires" ON "used_ids" USING btree ("expires_at");--> statement-breakpoint
ALTER TABLE "clients" ADD CONSTRAINT "clients_org_id_organisations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "clients" ADD CONSTRAINT "clients_org_id_agent_id_agents_org_id_id_fk" FOREIGN KEY ("org_id","agent_id") REFERENCES "public"."agents"("org_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "grants" ADD CONSTRAINT "grants_org_id_agent_id_agents_org_id_id_fk" FOREIGN KEY ("org_id","agent_id") REFERENCES "public"."agents"("org_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "clients_org" ON "clients" USING btree ("org_id");--> statement-breakpoint
ALTER TABLE "grants" ADD CONSTRAINT "grants_holder" CHECK (num_nonnulls("grants"."user_id", "grants"."agent_id") = 1);