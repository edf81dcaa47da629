/** Ideas of distributed systems, shown by runs on real parts or in simulations. Each run has a control that must go wrong. */
@NullMarked
package dev.faultline.experiments;

import org.jspecify.annotations.NullMarked;
