package dev.faultline.order.catalogue.web;

import java.time.Duration;
import java.util.List;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.Sku;
import dev.faultline.order.catalogue.Catalogue;
import dev.faultline.order.catalogue.Product;
import dev.faultline.service.web.ProblemException;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Reads;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.http.ResponseEntity.BodyBuilder;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/catalogue")
class CatalogueController {
    /** As long as a product that is in use is priced with what an instance has read before. */
    private static final CacheControl FOR_ALL = CacheControl.maxAge(Duration.ofSeconds(2)).cachePublic();

    private final Catalogue catalogue;

    CatalogueController(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /** @param name without control characters and halves of surrogate pairs, of which PostgreSQL cannot store all */
    record ProductRequest(
            @NotNull @Size(min = 1, max = 200) @Pattern(regexp = NAME, message = "must have more than spaces, and no control characters") String name,
            @NotNull @Valid Price price) {
        private static final String NAME = " *[^\\u0000-\\u0020\\u007f\\ud800-\\udfff][^\\u0000-\\u001f\\u007f\\ud800-\\udfff]*";
    }

    /** @param minorUnits at most a million in the major unit, so that no order's total can overflow */
    record Price(@NotNull @Positive @Max(100_000_000) Long minorUnits, @NotNull @IsoCurrency String currency) {}

    @GetMapping
    ResponseEntity<List<Product>> all(Reads reads) {
        return ok(reads).body(catalogue.all(reads));
    }

    @GetMapping("/{sku}")
    ResponseEntity<Product> one(@PathVariable Sku sku, Reads reads) {
        return tagged(ok(reads), catalogue.find(sku, reads).orElseThrow(() -> new ProblemException(HttpStatus.NOT_FOUND,
                "unknown-sku", "No such product", "There is no product with the SKU " + sku + ".")));
    }

    @PutMapping("/{sku}")
    ResponseEntity<Product> put(@PathVariable Sku sku, @Valid @RequestBody ProductRequest request,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            @RequestHeader(name = HttpHeaders.IF_NONE_MATCH, required = false) @Nullable String ifNoneMatch,
            Reads reads) {
        var product = new Product(sku, request.name().trim(),
                new Money(request.price().minorUnits(), request.price().currency()));
        ProductCondition.of(ifMatch, ifNoneMatch).ifPresentOrElse(condition -> {
            if (!catalogue.put(product, condition)) {
                throw new ProblemException(HttpStatus.PRECONDITION_FAILED, "precondition-failed",
                        "The product is not as you expect it",
                        "Nothing was stored. Read the product, and repeat the change with its ETag.");
            }
        }, () -> catalogue.put(product));
        reads.wrote(Bucket.of(sku.value()));
        return tagged(ResponseEntity.ok(), product);
    }

    /** A client that says how fresh its read has to be gets no other answer, and nobody else gets its answer. */
    private static BodyBuilder ok(Reads reads) {
        return reads.equals(Reads.BY_DEFAULT) ? ResponseEntity.ok().cacheControl(FOR_ALL).varyBy("Consistency")
                : ResponseEntity.ok();
    }

    /** Spring answers a read with 304 if its If-None-Match has the tag. */
    private static ResponseEntity<Product> tagged(BodyBuilder ok, Product product) {
        return ok.eTag(ProductCondition.tagOf(product).formattedTag()).body(product);
    }
}
