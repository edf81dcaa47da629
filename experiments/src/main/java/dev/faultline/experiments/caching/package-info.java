/** What a cache at the edge does, above all in the moment in which an entry of it has expired. */
@NullMarked
package dev.faultline.experiments.caching;

import org.jspecify.annotations.NullMarked;
