package dev.faultline.order.catalogue.web;

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
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/catalogue")
class CatalogueController {
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
    List<Product> all(Reads reads) {
        return catalogue.all(reads);
    }

    @GetMapping("/{sku}")
    Product one(@PathVariable Sku sku, Reads reads) {
        return catalogue.find(sku, reads).orElseThrow(() -> new ProblemException(HttpStatus.NOT_FOUND, "unknown-sku",
                "No such product", "There is no product with the SKU " + sku + "."));
    }

    @PutMapping("/{sku}")
    Product put(@PathVariable Sku sku, @Valid @RequestBody ProductRequest request, Reads reads) {
        var product = new Product(sku, request.name().trim(),
                new Money(request.price().minorUnits(), request.price().currency()));
        catalogue.put(product);
        reads.wrote(Bucket.of(sku.value()));
        return product;
    }
}
