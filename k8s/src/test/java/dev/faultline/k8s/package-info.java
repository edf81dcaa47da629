/** The manifests of Kubernetes, rendered, read into Kubernetes' own types, and held against what the services have. */
@NullMarked
package dev.faultline.k8s;

import org.jspecify.annotations.NullMarked;
