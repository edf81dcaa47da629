/** What every experiment has in common: how it is described, what it may do, what it found, and the page that shows it. */
@NullMarked
package dev.faultline.experiments.lab;

import org.jspecify.annotations.NullMarked;
