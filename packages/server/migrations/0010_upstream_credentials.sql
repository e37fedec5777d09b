CREATE TABLE "connector_credentials" (
	"connector_id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"origin" text NOT NULL,
	"settings" jsonb NOT NULL,
	"sealed" text,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "connector_credentials_kind" CHECK ("connector_credentials"."kind" in ('assertion', 'none', 'bearer', 'basic', 'header', 'query', 'oauth', 'token_exchange'))
);
--> statement-breakpoint
CREATE TABLE "upstream_accounts" (
	"org_id" text NOT NULL,
	"connector_id" text NOT NULL,
	"user_id" text NOT NULL,
	"state" text NOT NULL,
	"sealed" text,
	"version" integer DEFAULT 1 NOT NULL,
	"token_expires_at" timestamp with time zone,
	"connected_at" timestamp with time zone DEFAULT now() NOT NULL,
	"refreshed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"lease_id" text,
	"lease_until" timestamp with time zone,
	CONSTRAINT "upstream_accounts_org_id_connector_id_user_id_pk" PRIMARY KEY("org_id","connector_id","user_id"),
	CONSTRAINT "upstream_accounts_state" CHECK ("upstream_accounts"."state" in ('connected', 'reconnect'))
);
--> statement-breakpoint
CREATE TABLE "upstream_authorizations" (
	"state_hash" text PRIMARY KEY NOT NULL,
	"org_id" text NOT NULL,
	"connector_id" text NOT NULL,
	"user_id" text NOT NULL,
	"browser_hash" text NOT NULL,
	"sealed" text NOT NULL,
	"return_to" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "upstream_clients" (
	"connector_id" text NOT NULL,
	"issuer" text NOT NULL,
	"redirect_uri" text NOT NULL,
	"sealed" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "upstream_clients_connector_id_issuer_pk" PRIMARY KEY("connector_id","issuer")
);
--> statement-breakpoint
CREATE TABLE "upstream_revocations" (
	"id" text PRIMARY KEY NOT NULL,
	"org_id" text NOT NULL,
	"connector_id" text NOT NULL,
	"user_id" text NOT NULL,
	"reason" text NOT NULL,
	"sealed" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "connector_credentials" ADD CONSTRAINT "connector_credentials_connector_id_connectors_id_fk" FOREIGN KEY ("connector_id") REFERENCES "public"."connectors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upstream_accounts" ADD CONSTRAINT "upstream_accounts_org_id_organisations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upstream_accounts" ADD CONSTRAINT "upstream_accounts_connector_id_connectors_id_fk" FOREIGN KEY ("connector_id") REFERENCES "public"."connectors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upstream_accounts" ADD CONSTRAINT "upstream_accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upstream_authorizations" ADD CONSTRAINT "upstream_authorizations_org_id_organisations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upstream_authorizations" ADD CONSTRAINT "upstream_authorizations_connector_id_connectors_id_fk" FOREIGN KEY ("connector_id") REFERENCES "public"."connectors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upstream_authorizations" ADD CONSTRAINT "upstream_authorizations_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upstream_clients" ADD CONSTRAINT "upstream_clients_connector_id_connectors_id_fk" FOREIGN KEY ("connector_id") REFERENCES "public"."connectors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upstream_revocations" ADD CONSTRAINT "upstream_revocations_org_id_organisations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "upstream_accounts_user" ON "upstream_accounts" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "upstream_authorizations_expires" ON "upstream_authorizations" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "upstream_revocations_next" ON "upstream_revocations" USING btree ("next_at");