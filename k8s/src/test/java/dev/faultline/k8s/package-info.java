/** Tests that the Kubernetes manifests are valid and agree with the services. */
@NullMarked
package dev.faultline.k8s;

import org.jspecify.annotations.NullMarked;
