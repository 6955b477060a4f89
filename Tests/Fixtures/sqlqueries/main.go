// Command sqlqueries asks a PostgreSQL server through database/sql and lib/pq: with and without a prepared statement, and
// in a transaction. Its driver is found in a GOPATH.
//
//	sqlqueries URL [COUNT]    for example postgres://user@127.0.0.1/name?sslmode=disable
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	_ "github.com/lib/pq"
)

func once(ctx context.Context, db *sql.DB) error {
	var sum int
	if err := db.QueryRowContext(ctx, "SELECT $1::int + 1", 1).Scan(&sum); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "CREATE TEMPORARY TABLE IF NOT EXISTS items (id int, name text)"); err != nil {
		return err
	}
	statement, err := db.PrepareContext(ctx, "SELECT $1::text")
	if err != nil {
		return err
	}
	defer statement.Close()
	rows, err := statement.QueryContext(ctx, "prepared")
	if err != nil {
		return err
	}
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		fmt.Println("selected", sum, text)
	}
	if err := rows.Close(); err != nil {
		return err
	}
	if _, err := statement.ExecContext(ctx, "executed"); err != nil {
		return err
	}
	transaction, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err := transaction.ExecContext(ctx, "SELECT set_config('application_name', $1, true)", "sqlqueries"); err != nil {
		transaction.Rollback()
		return err
	}
	return transaction.Commit()
}

func main() {
	log.SetFlags(0)
	if len(os.Args) < 2 {
		log.Fatal("usage: sqlqueries URL [COUNT]")
	}
	count := 1
	if len(os.Args) > 2 {
		var err error
		if count, err = strconv.Atoi(os.Args[2]); err != nil {
			log.Fatal(err)
		}
	}
	db, err := sql.Open("postgres", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for i := 0; i < count; i++ {
		if err := once(ctx, db); err != nil {
			log.Fatal(err)
		}
	}
}
