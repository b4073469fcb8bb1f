//! `elbv2.listener`.

use super::Case;

pub(super) const CASE: Case = Case {
    kind: "elbv2.listener",
    before: |world| {
        for domain in ["one.example.com", "two.example.com", "three.example.com"] {
            let _ = world.account.certify(domain);
        }
    },
    with: r#"
        [lookup.vpc.main]
        default = true
        [lookup.certificate.one]
        domain = "one.example.com"
        [lookup.certificate.two]
        domain = "two.example.com"
        [lookup.certificate.three]
        domain = "three.example.com"
        [ec2.security-group.site]
        name = "site"
        vpc = "main"
        description = "Who reaches it"
        [elbv2.load-balancer.site]
        name = "site"
        scheme = "internet-facing"
        vpc = "main"
        security-groups = ["site"]
        [elbv2.load-balancer.other]
        name = "other"
        scheme = "internet-facing"
        vpc = "main"
        security-groups = ["site"]
    "#,
    base: r#"
            [elbv2.listener.site]
            load-balancer = "site"
            port = 443
            protocol = "https"
            certificate = "one"
            extra-certificates = ["two"]
            fixed-response = { status = 200, body = "Nothing & nobody" }
            "#,
    changes: &[
        (
            "protocol",
            r#"
            [elbv2.listener.site]
            load-balancer = "site"
            port = 443
            protocol = "http"
            fixed-response = { status = 200, body = "Nothing & nobody" }
            "#,
        ),
        (
            "certificate",
            r#"
            [elbv2.listener.site]
            load-balancer = "site"
            port = 443
            protocol = "https"
            certificate = "three"
            extra-certificates = ["two"]
            fixed-response = { status = 200, body = "Nothing & nobody" }
            "#,
        ),
        (
            "certificate",
            r#"
            [elbv2.listener.site]
            load-balancer = "site"
            port = 443
            protocol = "https"
            certificate = "two"
            extra-certificates = ["one"]
            fixed-response = { status = 200, body = "Nothing & nobody" }
            "#,
        ),
        (
            "extra-certificates",
            r#"
            [elbv2.listener.site]
            load-balancer = "site"
            port = 443
            protocol = "https"
            certificate = "one"
            extra-certificates = ["three"]
            fixed-response = { status = 200, body = "Nothing & nobody" }
            "#,
        ),
        (
            "tls-policy",
            r#"
            [elbv2.listener.site]
            load-balancer = "site"
            port = 443
            protocol = "https"
            certificate = "one"
            extra-certificates = ["two"]
            tls-policy = "ELBSecurityPolicy-TLS13-1-3-2021-06"
            fixed-response = { status = 200, body = "Nothing & nobody" }
            "#,
        ),
        (
            "fixed-response",
            r#"
            [elbv2.listener.site]
            load-balancer = "site"
            port = 443
            protocol = "https"
            certificate = "one"
            extra-certificates = ["two"]
            fixed-response = { status = 503, content-type = "text/html" }
            "#,
        ),
        (
            "redirect",
            r#"
            [elbv2.listener.site]
            load-balancer = "site"
            port = 443
            protocol = "https"
            certificate = "one"
            extra-certificates = ["two"]
            redirect = { host = "www.example.com", query = "from=#{host}" }
            "#,
        ),
    ],
    immutable: &[
        (
            "load-balancer",
            r#"
            [elbv2.listener.site]
            load-balancer = "other"
            port = 443
            protocol = "https"
            certificate = "one"
            extra-certificates = ["two"]
            fixed-response = { status = 200, body = "Nothing & nobody" }
            "#,
        ),
        (
            "port",
            r#"
            [elbv2.listener.site]
            load-balancer = "site"
            port = 8443
            protocol = "https"
            certificate = "one"
            extra-certificates = ["two"]
            fixed-response = { status = 200, body = "Nothing & nobody" }
            "#,
        ),
    ],
};
