ALTER TABLE "identity_links" DROP CONSTRAINT "identity_links_user_id_users_id_fk";
--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "issuer" text;--> statement-breakpoint
ALTER TABLE "trusted_issuers" ADD COLUMN "access" text NOT NULL;--> statement-breakpoint
ALTER TABLE "identity_links" ADD CONSTRAINT "identity_links_org_id_user_id_memberships_org_id_user_id_fk" FOREIGN KEY ("org_id","user_id") REFERENCES "public"."memberships"("org_id","user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "grants_issuer" ON "grants" USING btree ("org_id","issuer","user_id","client_id","access") WHERE "grants"."issuer" is not null and "grants"."revoked_at" is null;--> statement-breakpoint
ALTER TABLE "trusted_issuers" ADD CONSTRAINT "trusted_issuers_access" CHECK ("trusted_issuers"."access" in ('read', 'full'));