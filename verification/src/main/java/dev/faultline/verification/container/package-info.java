/** Platforms that run in containers, by docker compose and on Kubernetes, as targets of verification. */
@NullMarked
package dev.faultline.verification.container;

import org.jspecify.annotations.NullMarked;
